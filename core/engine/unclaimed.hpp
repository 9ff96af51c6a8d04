#pragma once

#include "answer/message_stream.hpp"
#include "model/job.hpp"
#include "output/image_file.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace limn {

// What came in base64 and no provider claimed: pictures before, behind or inside of an error, under
// a name that nobody knows, or cut. Whoever drew them has been paid. Not so what came along without
// being drawn: an input sent back, a picture of a web page.
class Unclaimed
{
public:
  // `inputs` are borrowed.
  explicit Unclaimed(std::span<const Input> inputs) : m_inputs(inputs) {}

  // What stood for `token` in `message`. Pictures of a web page are dropped where a provider has
  // read the message, and claimed none, or where a gateway refused with it; of an answer that
  // nobody could read to its end they may be what was drawn.
  enum class PagePictures { dropped, taken };
  void take(ImageFile file, const Message& message, std::string_view token, PagePictures pages);

  // What came of a message that did not end, or from an address in a refusal.
  void take(ImageFile file);

  bool has_picture() const { return !m_pictures.empty(); }

  // Forgets pictures far below the size that was asked for: the logo or the code to scan that a
  // refusal has with it. An `asked` of 0x0 stands for the usual size.
  void forget_small(Size asked);

  // Whole pictures that are no previews and not far below the size asked for, the largest first,
  // `most` of them.
  std::vector<ImageFile> take_whole(std::size_t most, Size asked);

  // All other pictures.
  std::vector<ImageFile> take_pictures();

  // What is no picture that limn knows.
  std::vector<ImageFile> take_others() { return std::move(m_others); }

private:
  enum class State { whole, preview, cut };
  struct Picture {
    ImageFile file;
    State state = State::cut;
    Size size; // 0x0: not known
  };

  static bool is_small(const Picture& picture, Size asked);
  void hold(ImageFile file, State state, Size size);
  bool is_input(const ImageFile& file) const;

  std::span<const Input> m_inputs;
  std::vector<Picture> m_pictures;
  std::vector<ImageFile> m_others;
};

} // namespace limn
