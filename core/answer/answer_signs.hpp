#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What a message of an answer tells besides its images and its failure, wherever gateways write it.
// `content` is the message, its images lifted out; `event_name` that of its SSE event. All take any
// text.

// Whether the gateway says that it has begun to draw: an event about the drawing itself, as
// `image_generation.partial_image` or `response.image_generation_call.generating`, that is no
// error.
bool tells_of_drawing(std::string_view event_name, std::string_view content);

// Whether the picture that `token` stands for is in this message.
bool refers_to(std::string_view content, std::string_view token);

// Whether that picture is a preview: in an event `....partial_image`. Of a document that is cut off
// the object around it tells.
bool is_of_preview(std::string_view event_name, std::string_view content, std::string_view token);

// Whether a document that is cut off has an error in it, as far as it is there.
bool begins_as_error(std::string_view content);

// Whether `token` stands in a piece of a web page (a relay quotes the page that it found behind
// it).
bool stands_in_page(std::string_view content, std::string_view token);

// How many images the gateway says it drew: `usage.generated_images` (Volcengine Ark, MiniMax),
// `usage.image_count` (Alibaba), `metadata.success_count` (MiniMax), ... 0: it does not say.
std::size_t told_count(std::string_view content);

// Whether a message counts what a drawing costs, whatever else it says: images, or tokens that came
// out.
bool counts_a_drawing(std::string_view content);

// The elements of the lists in which answers hold one image each, as JSON, where there are several.
std::vector<std::string> items_of(std::string_view content);

// What may lead to an image that the answer does not hold: its addresses as they stand, and each
// member whose name says that it is an id, as `task_id "imgtask_99"`. At most `most`, each once.
std::vector<std::string> leads_in(std::string_view content, std::size_t most);

} // namespace limn
