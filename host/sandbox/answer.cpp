#include "sandbox/answer.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace limn::sandbox {

Answer answer_with(int status, std::string content_type, std::string body)
{
  Answer answer;
  answer.status = status;
  answer.content_type = std::move(content_type);
  answer.pieces.push_back({share(std::move(body))});
  return answer;
}

Answer answer_with(int status, std::string content_type, const std::vector<SharedText>& pieces)
{
  Answer answer;
  answer.status = status;
  answer.content_type = std::move(content_type);
  for (const auto& text : pieces) {
    answer.pieces.push_back({text});
  }
  return answer;
}

Answer answer_with(int status, std::string body)
{
  const char first = body.empty() ? '\0' : body.front();
  const char* content_type = first == '<'                   ? "text/html; charset=utf-8"
                             : first == '{' || first == '[' ? "application/json"
                                                            : "text/plain; charset=utf-8";
  return answer_with(status, content_type, std::move(body));
}

Answer error_answer(int status, std::string_view message, std::string_view type,
                    std::string_view param, std::string_view code)
{
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto text = [&](std::string_view value) {
    value.empty() ? writer.Null()
                  : writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  writer.StartObject();
  writer.Key("error");
  writer.StartObject();
  writer.Key("message");
  text(message);
  writer.Key("type");
  text(type);
  writer.Key("param");
  text(param);
  writer.Key("code");
  text(code);
  writer.EndObject();
  writer.EndObject();
  return answer_with(status, std::string(buffer.GetString(), buffer.GetSize()));
}

Answer drawn(Answer answer)
{
  if (!answer.drawing) {
    return answer;
  }
  auto whole = answer.drawing();
  whole.headers.insert(whole.headers.end(), answer.headers.begin(), answer.headers.end());
  return whole;
}

std::size_t body_size(const Answer& answer)
{
  std::size_t size = 0;
  for (const Piece& piece : answer.pieces) {
    size += piece.text->size();
  }
  return size;
}

void cut_in_the_middle(Answer& answer)
{
  const std::size_t whole = body_size(answer);
  answer.announced_length = whole;
  answer.ending = Ending::cut;
  std::size_t room = whole / 2;
  std::vector<Piece> kept;
  for (Piece& piece : answer.pieces) {
    if (piece.text->size() > room) {
      kept.push_back({share(piece.text->substr(0, room)), piece.wait_before});
      break;
    }
    room -= piece.text->size();
    kept.push_back(std::move(piece));
  }
  answer.pieces = std::move(kept);
}

} // namespace limn::sandbox
