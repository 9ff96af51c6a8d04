#pragma once

#include "loop/loop.hpp"
#include "model/attempt.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::test {

// What happened in one script, in order: kept only where it is to be told.
class Story
{
public:
  explicit Story(bool is_told) : m_is_told(is_told) {}

  template <typename... T>
  void tell(fmt::format_string<T...> text, T&&... values)
  {
    if (m_is_told) {
      const auto time =
        m_loop == nullptr ? Loop::Clock::duration(0) : m_loop->now().time_since_epoch();
      m_lines.push_back(fmt::format("{:10.3f} {}", std::chrono::duration<double>(time).count(),
                                    fmt::format(text, std::forward<T>(values)...)));
    }
  }

  // From now on the time of things is that of this loop; null: of none. Borrowed.
  void goes_by(const Loop* loop) { m_loop = loop; }

  const std::vector<std::string>& lines() const { return m_lines; }

private:
  bool m_is_told;
  const Loop* m_loop = nullptr;
  std::vector<std::string> m_lines;
};

// When a process is killed: between any two things that it does to the world.
class Fate
{
public:
  // `steps`: after so many of them it is killed, which is told once, at that moment; 0: never.
  void begin(int steps, std::function<void()> killed)
  {
    m_left = steps;
    m_is_dead = false;
    m_killed = std::move(killed);
  }

  void step()
  {
    if (m_left > 0 && --m_left == 0) {
      m_is_dead = true;
      m_killed();
    }
  }

  // Nothing that it does from now on happens.
  bool is_dead() const { return m_is_dead; }

private:
  int m_left = 0;
  bool m_is_dead = false;
  std::function<void()> m_killed;
};

// An image request of the user, as all processes of a script know it.
struct WantedJob {
  int number = 0;
  int count = 1;
  bool is_of_batch = false; // and is gone on with by the next process
  bool has_input = false;
  bool may_cost_twice = false;
  std::vector<std::string> gateways; // by name

  int spent = 0;                   // images that may have been charged, as the servers know it
  int allowed = 0;                 // requests that its gate let through
  int requests = 0;                // that were begun
  bool is_forbidden = false;       // it was cancelled: no more may be asked for
  std::optional<AttemptId> permit; // its gate is saying yes to that attempt right now
};

// A request for an image, as a server knows it.
struct DrawingSeen {
  int job = 0;
  int process = 0;
  AttemptId attempt = AttemptId::none;
  int images = 1;             // that it asks for
  std::string_view answer;    // its kind; empty: it did not arrive
  bool was_charged = false;   // perhaps
  bool is_by_address = false; // the image
  bool address_has_arrived = false;
  bool has_piece = false;   // of an image, to be kept
  bool has_image = false;   // a whole one, to be delivered
  bool has_arrived = false; // its last byte, at somebody who was there to hear it
  bool was_saved = false;   // as its listener was told
};

// The number of the drawing that a file holds; nothing if it holds none.
std::optional<int> drawing_in(const std::filesystem::path& file);

// What outlasts a process: the disk, the servers with what they know, and what is said of it all.
struct World {
  World(unsigned a_seed, bool is_told, const std::filesystem::path& folder)
    : seed(a_seed), random(a_seed), story(is_told), images(folder / "images"),
      recovered(folder / "recovered"), state(folder / "state"), manifest(folder / "manifest"),
      input(folder / "input.png")
  {
  }

  // A rule was broken.
  template <typename... T>
  void complain(fmt::format_string<T...> text, T&&... values)
  {
    complaints.push_back(fmt::format(text, std::forward<T>(values)...));
    story.tell("!! {}", complaints.back());
  }

  // Another hand writes a file.
  void write_foreign(const std::filesystem::path& file);
  bool has_kept_foreign() const;

  int between(int low, int high) { return std::uniform_int_distribution(low, high)(random); }
  bool one_in(int many) { return between(1, many) == 1; }

  unsigned seed;
  std::mt19937 random;
  Story story;
  Fate fate;
  std::filesystem::path images;
  std::filesystem::path recovered;
  std::filesystem::path state;
  std::filesystem::path manifest;
  std::filesystem::path input; // a picture to work from

  std::vector<WantedJob> jobs;
  std::vector<DrawingSeen> drawings; // the number of one is the mark in its pictures
  std::vector<bool> was_killed;      // each process so far
  bool had_power_cut = false;
  std::vector<std::filesystem::path> foreign; // files of another hand among the images
  std::vector<std::string> complaints;
  int polls = 0;
  int farewells = 0;
};

} // namespace limn::test
