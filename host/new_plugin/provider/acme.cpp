// A provider for limn: it knows one way from words to a picture. It opens no socket and sees no
// key. `build` describes the request, limn sends it; `read` says what a message of the answer
// holds. This one speaks the Images API; change the two to what your gateway speaks.
#include <limn/rapidjson.hpp>
#include <limn/sdk.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace {

namespace sdk = limn::sdk;

// --- JSON of unknown shape: what is not there, or is something else, is null or empty ---

const sdk::Json* member(const sdk::Json& object, const char* name)
{
  if (!object.IsObject()) {
    return nullptr;
  }
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string text(const sdk::Json& object, const char* name)
{
  const auto* value = member(object, name);
  return value && value->IsString() ? std::string(value->GetString(), value->GetStringLength())
                                    : std::string();
}

// --- The provider ---

class Acme
{
public:
  // The settings are those under `settings: {acme: {...}}` in limn.yaml. A typo in them is an
  // error: nothing is worse than a setting that is silently ignored.
  explicit Acme(const sdk::Settings& settings)
    : m_path(settings.get_or("path", "/images/generations"))
  {
    for (const auto& [key, value] : settings.items()) {
      if (key != "path") {
        throw sdk::Failure(LIMN_SETTINGS, "acme has no setting '" + key + "'", "it knows path");
      }
    }
    if (!m_path.starts_with('/')) {
      throw sdk::Failure(LIMN_SETTINGS, "acme: path begins with '/', unlike '" + m_path + "'");
    }
  }

  // What it can do: limn asks it for nothing else. More: LIMN_CAN_EDIT, LIMN_CAN_MASK, and as a
  // second member the number of images that one request may ask for.
  sdk::Capabilities describe() const { return {LIMN_CAN_GENERATE | LIMN_CAN_STREAM, 1}; }

  // The request that draws. Send what the user asked for and nothing else: gateways refuse
  // parameters that they do not know. `is_dropped` names one that this gateway refused before.
  sdk::Request build(const sdk::Job& job, const sdk::Gateway& gateway)
  {
    sdk::JsonText body;
    sdk::JsonWriter json(body);
    const auto write = [&](const char* name, const std::string& value) {
      if (!value.empty() && !job.is_dropped(name)) {
        json.Key(name);
        json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
      }
    };
    const bool streams =
      job.partial_images && !job.is_dropped("stream") && !job.is_dropped("partial_images");

    json.StartObject();
    write("model", gateway.model);
    write("prompt", job.prompt);
    write("size", job.size);
    write("quality", job.quality);
    write("background", job.background);
    write("output_format", job.output_format);
    write("moderation", job.moderation);
    if (job.output_compression && !job.is_dropped("output_compression")) {
      json.Key("output_compression");
      json.Int(*job.output_compression);
    }
    if (streams) {
      json.Key("stream");
      json.Bool(true);
      json.Key("partial_images");
      json.Int(*job.partial_images);
    }
    json.EndObject();

    // Relative to the gateway's base URL. limn adds the key, and marks the request as one that may
    // cost money: it is never sent twice.
    auto request = sdk::Request::json(m_path, std::string(body.GetString(), body.GetSize()));
    request.headers.emplace_back("Accept", streams ? "text/event-stream" : "application/json");
    return request;
  }

  // One message of the answer: the JSON document, or one event of a stream. Errors need no code
  // here. limn's classifier knows those of most gateways; where yours has one of its own, throw
  // sdk::Failure(LIMN_BILLING, "what happened", "what the user can do").
  //
  // An image is never in the message itself: limn has put it aside and left a short token in its
  // place. Give back the string you find, be it a token or a URL.
  sdk::Answer read(const sdk::Message& message)
  {
    sdk::Answer answer;
    if (!message.is_json()) {
      answer.words = message.content(); // limn shows them if no image comes
      return answer;
    }
    const auto json = sdk::parse_json(message.content());
    const auto type = text(json, "type");

    if (type.ends_with(".partial_image")) {
      if (auto partial = text(json, "b64_json"); !partial.empty()) {
        answer.partials.push_back(std::move(partial));
      }
      return answer;
    }
    add_image(json, answer); // the last event of a stream is the image itself
    if (const auto* data = member(json, "data"); data && data->IsArray()) {
      for (const auto& item : data->GetArray()) {
        add_image(item, answer);
      }
    }
    if (auto size = text(json, "size"); !size.empty()) {
      answer.notes.emplace_back("size", std::move(size));
    }
    if (const auto* usage = member(json, "usage")) {
      if (const auto* total = member(*usage, "total_tokens"); total && total->IsInt64()) {
        answer.usage = sdk::Usage{};
        answer.usage->total_tokens = total->GetInt64();
      }
    }
    return answer;
  }

private:
  static void add_image(const sdk::Json& object, sdk::Answer& answer)
  {
    for (const char* name : {"b64_json", "url"}) {
      if (auto content = text(object, name); !content.empty()) {
        answer.images.push_back({std::move(content), text(object, "revised_prompt")});
        return;
      }
    }
  }

  std::string m_path;
};

} // namespace

// Name, version and vendor of the plugin; then its components. The id "acme" is what users write:
// it is for ever.
LIMN_PLUGIN("acme", "0.1.0", "Acme",
            limn::sdk::provider<Acme>("acme", "Acme", "Pictures from Acme's gateway"))
