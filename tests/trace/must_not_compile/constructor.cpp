// expect: constructor or virtual functions. Make it a struct with public fields. To keep a constructor, say
// expect: how many fields there are: static constexpr std::size_t kFields = 3;
#include "module.h"

struct Model {
#ifdef FUSEBOX_FIXED
  static constexpr std::size_t kFields = 2;
#endif
  explicit Model(int layer_count) : layers(static_cast<std::size_t>(layer_count)) {}

  Linear embed_tokens;
  std::vector<Linear> layers;
};

template void fill(Model&);
