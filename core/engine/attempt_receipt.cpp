#include "engine/attempt_receipt.hpp"

namespace limn {

Receipt receipt_of(const AttemptResult& result)
{
  Receipt receipt;
  receipt.images = result.images;
  receipt.usage = result.usage;
  receipt.previews = result.previews;
  receipt.may_have_cost = result.may_have_cost;
  receipt.has_failed = result.failure.has_value();
  for (const auto& [key, value] : result.notes) {
    if (key == "quality") {
      receipt.quality = value;
    } else if (key == "cost") {
      receipt.told = parse_usd(value);
    }
  }
  return receipt;
}

} // namespace limn
