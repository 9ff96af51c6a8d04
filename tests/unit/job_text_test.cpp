#include "base/ascii.hpp"
#include "job/job_check.hpp"
#include "job/job_text.hpp"
#include "job/job_words.hpp"

#include <doctest/doctest.h>

namespace limn::test {

namespace {

JobText fox()
{
  JobText text;
  text.prompt = "a fox";
  return text;
}

std::vector<std::string> mistakes_in(const JobText& text)
{
  std::vector<Failure> mistakes;
  read_job(text, mistakes);
  std::vector<std::string> texts;
  for (const auto& mistake : mistakes) {
    CHECK(mistake.failure_class == FailureClass::usage);
    texts.push_back(mistake.message);
  }
  return texts;
}

GenerateOptions job(const JobText& text)
{
  std::vector<Failure> mistakes;
  auto options = read_job(text, mistakes);
  CHECK(mistakes.empty());
  return options;
}

} // namespace

TEST_CASE("words are sent as the wire has them, however they are written")
{
  auto text = fox();
  text.quality = "HIGH";
  text.background = " Opaque";
  text.format = "JPG";
  text.moderation = "Low";
  text.verify = "Never";
  text.size = "16:9";
  const auto read = job(text);
  CHECK(read.job.quality == "high");
  CHECK(read.job.background == "opaque");
  CHECK(read.job.output_format == "jpeg");
  CHECK(read.job.moderation == "low");
  CHECK(read.engine.verify == VerifyMode::never);
  CHECK(read.job.size == "1536x864");
  CHECK(read.notices.empty());
}

TEST_CASE("a word that is near to a known one is a mistake, any other is the gateway's own")
{
  struct Row {
    std::string_view name;
    std::string_view word;
    std::string_view meant; // empty: it is sent
  };
  for (const auto& row :
       {Row{"quality", "hihg", "high"}, Row{"quality", "med", "medium"},
        Row{"quality", "standart", "standard"}, Row{"quality", "xhigh", ""},
        Row{"quality", "hd", ""}, Row{"quality", "ultra", ""}, Row{"quality", "draft", ""},
        Row{"quality", "", ""}, Row{"format", "jepg", "jpeg"}, Row{"format", "avif", ""},
        Row{"format", "tiff", ""}, Row{"background", "transparant", "transparent"},
        Row{"background", "white", ""}, Row{"moderation", "lwo", "low"},
        Row{"moderation", "strict", ""}}) {
    CAPTURE(row.word);
    const auto failure = misspelt(row.name, row.word);
    CHECK(failure.has_value() == !row.meant.empty());
    if (failure) {
      CHECK(failure->message
            == std::string(row.name) + ": '" + std::string(row.word)
                 + "' is not known: did you mean '" + std::string(row.meant) + "'?");
    }
  }
}

TEST_CASE("the name of the file asks for its format, and --format goes before it")
{
  struct Row {
    const char* output;
    const char* format;
    std::string_view asked;
    std::size_t notices;
  };
  for (const auto& row :
       {Row{"a.jpg", "", "jpeg", 0}, Row{"b/a.JPEG", "", "jpeg", 0}, Row{"a.webp", "", "webp", 0},
        Row{"a.png", "", "png", 0}, Row{"a", "", "", 0}, Row{"a.tiff", "", "", 0},
        Row{"-", "", "", 0}, Row{"jpg", "", "", 0}, Row{"x.jpg/", "", "", 0},
        Row{"a.jpg", "png", "png", 1}, Row{"a.jpg", "jpeg", "jpeg", 0},
        Row{"a.jpg", "JPG", "jpeg", 0}}) {
    CAPTURE(row.output);
    auto text = fox();
    text.output = row.output;
    text.format = row.format;
    const auto read = job(text);
    CHECK(read.job.output_format == row.asked);
    CHECK(read.notices.size() == row.notices);
  }
}

TEST_CASE("what a format cannot do is refused before anybody is asked")
{
  auto text = fox();
  text.background = "Transparent";
  text.output = "fox.jpg";
  CHECK(mistakes_in(text) == std::vector<std::string>{"jpeg has no transparent background"});
  text.output = "fox.webp";
  CHECK(mistakes_in(text).empty());

  auto compressed = fox();
  compressed.compression = 70;
  CHECK(mistakes_in(compressed).empty()); // the gateway decides which format comes
  compressed.format = "png";
  CHECK(mistakes_in(compressed) == std::vector<std::string>{"png takes no compression"});
  compressed.compression = 100; // none at all
  CHECK(mistakes_in(compressed).empty());
}

TEST_CASE("a size is held to the rules of gpt-image-2 where nothing else can be asked")
{
  struct Row {
    const char* size;
    std::vector<std::string> models;
    bool refused;
  };
  for (const auto& row : {
         Row{"1920x1080", {"gpt-image-2"}, true},
         Row{"1920x1080", {"openai/GPT-Image-2"}, true},
         Row{"1920x1080", {"gpt-image-2-2026-04-21"}, true},
         Row{"1920x1080", {"gpt-image-2.5"}, true},
         Row{"1920x1080", {"gpt-image-2", "gpt-image-2.5"}, true},
         Row{"1920x1080!", {"gpt-image-2"}, false},
         Row{"1920x1088", {"gpt-image-2"}, false},
         Row{"auto", {"gpt-image-2"}, false},
         Row{"1920x1080", {"gpt-image-20"}, false},
         Row{"1920x1080", {"gpt-image-2", "flux-x"}, false},
         Row{"1920x1080", {"dall-e-3"}, false},
         Row{"1920x1080", {"gpt-image-1"}, false},
         Row{"1920x1080", {}, false},
       }) {
    CAPTURE(row.size);
    auto text = fox();
    text.size = row.size;
    auto options = job(text);
    const auto done = suit_to_models(options, row.models);
    CHECK(done.has_value() == !row.refused);
    if (!done) {
      CHECK(done.error().message
            == "1920x1080 is no size of " + row.models.front()
                 + ": both edges are multiples of 16; the nearest is 1920x1088");
    }
  }
}

TEST_CASE("hd and standard are words of dall-e, and told in those of gpt-image models")
{
  struct Row {
    const char* quality;
    std::vector<std::string> models;
    std::string_view sent;
  };
  for (const auto& row :
       {Row{"hd", {"gpt-image-2"}, "high"}, Row{"HD", {"gpt-image-1-mini"}, "high"},
        Row{"standard", {"x/gpt-image-2", "gpt-image-1"}, "medium"}, Row{"hd", {"dall-e-3"}, "hd"},
        Row{"hd", {"gpt-image-2", "dall-e-3"}, "hd"}, Row{"high", {"gpt-image-2"}, "high"}}) {
    CAPTURE(row.quality);
    auto text = fox();
    text.quality = row.quality;
    auto options = job(text);
    CHECK(suit_to_models(options, row.models));
    CHECK(options.job.quality == row.sent);
    CHECK(options.notices.size() == (ascii_lower(row.quality) == row.sent ? 0U : 1U));
  }
}

TEST_CASE("a limit of costs stops what costs more, and what nobody knows")
{
  const Cost cost{Cost::Basis::bound, 210'000'000};
  CHECK(check_cost(cost, 210'000'000));
  CHECK(check_cost(cost, 209'999'999).error().message
        == "this costs at most $0.21 (estimate), and --max-cost allows $0.209999999");
  CHECK(check_cost({Cost::Basis::unknown, 0}, k_usd).error().message
        == "what it costs is not known beforehand");
  CHECK(check_cost({}, 0));
  CHECK_FALSE(read_usd_text("max-cost", "much"));
}

TEST_CASE("a,b and repeated names are one list, each name once")
{
  CHECK(*read_names("model", {"a, b", "c", "a"}) == std::vector<std::string>{"a", "b", "c"});
  CHECK(read_names("model", {"a,"}).error().message == "model: a name is empty");
  CHECK(read_names("model", {})->empty());
}

} // namespace limn::test
