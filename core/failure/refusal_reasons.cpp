#include "failure/refusal_reasons.hpp"

#include "base/ascii.hpp"
#include "failure/moderation_words.hpp"

#include <algorithm>

namespace limn {

namespace {

using rapidjson::Value;

constexpr std::size_t k_longest_judgement = 1000; // of one string

// Names of members as all spellings have them: without capitals, `_` and `-`.
std::string plain(std::string_view name)
{
  auto text = ascii_lower(name);
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '_' || c == '-'; }),
             text.end());
  return text;
}

template <std::size_t Size>
bool is_one_of(std::string_view text, const std::string_view (&list)[Size])
{
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// Their text says why. Google's Imagen and Veo; Gemini beside its blockReason.
constexpr std::string_view k_explanations[] = {
  "raifilteredreason", "raimediafilteredreasons", "blockreasonmessage",  "moderationreason",
  "moderationmessage", "refusalreason",           "contentfilterreason",
};

// Their value is one of a list, and most of the list is no refusal.
constexpr std::string_view k_ends[] = {
  "finishreason", "nativefinishreason", "stopreason", "failurereason", "failurecode",
  "status",       "taskstatus",         "errorcode",  "reason",
};

// ... and these are: Google's FinishReason and BlockedReason, OpenAI's and Azure's content_filter,
// Anthropic's and Bedrock's ends, Stability's, Zhipu's and Hunyuan's, the states of Black Forest
// Labs.
constexpr std::string_view k_refusals[] = {
  "safety",
  "imagesafety",
  "prohibitedcontent",
  "imageprohibitedcontent",
  "recitation",
  "imagerecitation",
  "blocklist",
  "spii",
  "jailbreak",
  "modelarmor",
  "contentfilter",
  "contentfiltered",
  "contentpolicy",
  "contentpolicyviolation",
  "contentblocked",
  "contentmoderated",
  "content moderated",
  "requestmoderated",
  "request moderated",
  "moderated",
  "moderation",
  "moderationblocked",
  "refusal",
  "refused",
  "sensitive",
  "nsfw",
  "guardrailintervened",
  "policyviolation",
};

// True says that it was held back. MiniMax; Azure; Google's safetyRatings; fal and Replicate.
constexpr std::string_view k_flags[] = {
  "inputsensitive",  "outputsensitive",     "filtered",          "blocked",        "isnsfw",
  "hasnsfwconcepts", "nsfwcontentdetected", "moderationblocked", "contentblocked", "flagged",
};

bool is_true(const Value& value)
{
  return value.IsArray() ? !value.Empty() && std::any_of(value.Begin(), value.End(), is_true)
                         : value.IsBool() && value.GetBool();
}

std::string text_in(const Value& value)
{
  if (value.IsArray()) {
    return value.Empty() ? std::string() : text_in(value[0]);
  }
  return std::string(string_or_empty(&value));
}

std::string reason_of_member(std::string_view name, const Value& value)
{
  const auto key = plain(name);
  if (is_one_of(key, k_explanations)) {
    return text_in(value);
  }
  const auto said = [name](std::string_view what) {
    return "The gateway refused it for its content (" + std::string(name) + ": " + std::string(what)
           + ").";
  };
  if (is_one_of(key, k_flags)) {
    return is_true(value) ? said("true") : std::string();
  }
  const auto text = string_or_empty(&value);
  if (text.empty()) {
    return {};
  }
  const auto plain_text = plain(text);
  const bool is_block =
    key == "blockreason" && plain_text != "blockreasonunspecified" && plain_text != "none";
  const bool is_end = is_one_of(key, k_ends)
                      && (is_one_of(plain_text, k_refusals) || plain_text.starts_with("safety."));
  return is_block || is_end ? said(text) : std::string();
}

// What was sent may come back: it judges nothing.
constexpr std::string_view k_echoes[] = {"prompt", "input", "revisedprompt", "url", "instructions"};

std::string moderation_in(const Value& value)
{
  if (value.IsString()) {
    const auto text = string_or_empty(&value).substr(0, k_longest_judgement);
    return speaks_of_moderation(text) ? std::string(text) : std::string();
  }
  if (value.IsArray()) {
    for (const auto& item : value.GetArray()) {
      if (auto text = moderation_in(item); !text.empty()) {
        return text;
      }
    }
  }
  if (value.IsObject()) {
    for (const auto& [name, member] : value.GetObject()) {
      const auto key = plain(string_or_empty(&name));
      const bool is_echo = is_one_of(key, k_echoes) && member.IsString();
      if (key.starts_with("moderation") && member.IsObject() && !member.ObjectEmpty()) {
        return std::string(string_or_empty(&name));
      }
      if (auto text = is_echo ? std::string() : moderation_in(member); !text.empty()) {
        return text;
      }
    }
  }
  return {};
}

} // namespace

std::string words_of_moderation(std::string_view answer)
{
  const auto json = parse_json(answer);
  return json ? moderation_in(*json) : std::string();
}

std::string refusal_reason(const Value& answer)
{
  if (answer.IsArray()) {
    for (const auto& item : answer.GetArray()) {
      if (auto reason = refusal_reason(item); !reason.empty()) {
        return reason;
      }
    }
  }
  if (!answer.IsObject()) {
    return {};
  }
  for (const auto& [name, value] : answer.GetObject()) {
    auto reason = reason_of_member(string_or_empty(&name), value);
    if (reason.empty()) {
      reason = refusal_reason(value);
    }
    if (!reason.empty()) {
      return reason;
    }
  }
  return {};
}

} // namespace limn
