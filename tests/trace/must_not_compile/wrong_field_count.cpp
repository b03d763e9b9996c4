// The compiler itself checks kFields.
// expect: decomposes into 2 elements
#include "module.h"

struct Model {
#ifdef FUSEBOX_FIXED
  static constexpr std::size_t kFields = 2;
#else
  static constexpr std::size_t kFields = 1;
#endif
  explicit Model(int layer_count) : layers(static_cast<std::size_t>(layer_count)) {}

  Linear embed_tokens;
  std::vector<Linear> layers;
};

template void fill(Model&);
