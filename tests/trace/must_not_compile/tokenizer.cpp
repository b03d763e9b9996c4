// A class that holds no tensors, but reflection cannot know it.
// expect: or, if it holds no tensors: static constexpr bool kOpaque = true;
#include "module.h"

class Tokenizer {
 public:
#ifdef FUSEBOX_FIXED
  static constexpr bool kOpaque = true;
#endif
  std::size_t size() const { return words_.size(); }

 private:
  std::vector<std::string> words_;
};

struct Model {
  Tokenizer tokenizer;
  Linear lm_head;
};

template void fill(Model&);
