#pragma once

#include "serve/endpoint.hpp"
#include "serve/page_jobs.hpp"

namespace limn {

inline constexpr std::string_view k_page_jobs_path = "/api/jobs";
inline constexpr std::string_view k_estimate_path = "/api/estimate";
inline constexpr std::string_view k_gateways_path = "/api/gateways";

// /api/jobs: POST begins one (202), GET lists them, DELETE /api/jobs/ID ends or dismisses one,
// GET /api/jobs/ID/pictures/N is a picture of it, .../previews/NAME one that is not finished.
class PageJobsEndpoint : public Endpoint
{
public:
  // Both are borrowed.
  PageJobsEndpoint(const ServerParts& parts, PageJobs& jobs)
    : m_parts(parts), m_jobs(jobs), m_disk(parts.session.loop())
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;
  bool is_idle() const override { return m_begun == 0; }

private:
  std::unique_ptr<RequestReceiver> begin(ExchangeId id, const RequestHead& head,
                                         const Caller& caller);
  void tell(ExchangeId id, const Result<std::string>& json, int status);
  void send_preview(ExchangeId id, std::string_view job, std::string_view name);
  void send_picture(ExchangeId id, std::string_view path);

  const ServerParts& m_parts;
  PageJobs& m_jobs;
  int m_begun = 0; // that are being written
  DiskThread m_disk;
};

// POST /api/estimate: what the same body would cost at /api/jobs; nobody is asked.
class EstimateEndpoint : public Endpoint
{
public:
  EstimateEndpoint(const ServerParts& parts, PageJobs& jobs) : m_parts(parts), m_jobs(jobs) {}

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  PageJobs& m_jobs;
};

// GET /api/gateways: who would be asked, in order, and with which models.
class GatewaysEndpoint : public Endpoint
{
public:
  GatewaysEndpoint(const ServerParts& parts, PageJobs& jobs) : m_parts(parts), m_jobs(jobs) {}

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  PageJobs& m_jobs;
};

} // namespace limn
