// Whatever a program sends as JSON is asked for or refused with a code that it can read, the same
// each time, and nothing of it stays behind.
#include "oracle.hpp"
#include "serve/edits_request.hpp"
#include "serve/responses_request.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

using namespace limn;

namespace {

// Gone at the end.
class StateFolder
{
public:
  StateFolder()
  {
    auto pattern = (std::filesystem::temp_directory_path() / "limn-fuzz-XXXXXX").string();
    LIMN_EXPECT(::mkdtemp(pattern.data()) != nullptr);
    m_path = pattern;
  }
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;
  ~StateFolder()
  {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }

  const std::filesystem::path& path() const { return m_path; }

private:
  std::filesystem::path m_path;
};

const std::filesystem::path& state_folder_of_test()
{
  static const StateFolder folder;
  return folder.path();
}

void expect_readable(const Failure& failure)
{
  LIMN_EXPECT(failure.failure_class == FailureClass::usage);
  LIMN_EXPECT(!failure.code.empty() && !failure.message.empty());
}

template <typename Read>
void read(std::string_view json, Read read_request)
{
  std::string code;
  for (const bool is_first : {true, false}) {
    ImageCall call;
    EditInputs inputs(state_folder_of_test(), call);
    const auto done = read_request(json, inputs, call);
    if (!done) {
      expect_readable(done.error());
    }
    LIMN_EXPECT(done || is_first || code == done.error().code);
    code = done ? std::string() : done.error().code;
    LIMN_EXPECT(call.inputs.size() <= k_most_inputs);
    for (const auto& input : call.inputs) {
      LIMN_EXPECT(std::filesystem::file_size(input.file) == input.bytes);
    }
  }
  std::error_code error;
  LIMN_EXPECT(!std::filesystem::exists(state_folder_of_test() / "inputs", error)
              || std::filesystem::is_empty(state_folder_of_test() / "inputs", error));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  if (const auto request = read_images_request(json); !request) {
    expect_readable(request.error());
  }
  read(json, read_edits_request);
  read(json, read_responses_request);
  return 0;
}
