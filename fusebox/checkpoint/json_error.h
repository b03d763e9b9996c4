// Where and why a JSON text went wrong. Not for users of the folder: see config.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <string>

namespace fusebox {

// Walks over a text and keeps in `*at` how far the parser has read, which nlohmann's handlers are not told.
class CountingIterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator() = default;
  CountingIterator(const char* here, const char* begin, uint64_t* at) : here_(here), begin_(begin), at_(at) {}

  reference operator*() const { return *here_; }
  CountingIterator& operator++() {
    ++here_;
    *at_ = static_cast<uint64_t>(here_ - begin_);
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return here_ == other.here_; }

 private:
  const char* here_ = nullptr;
  const char* begin_ = nullptr;
  uint64_t* at_ = nullptr;
};

// The library's complaint without its own number and position, which our error says better; what it quotes of
// the text is made printable.
std::string json_complaint(const std::exception& error);

}  // namespace fusebox
