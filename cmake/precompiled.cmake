# fusebox_precompile(TARGET KIND)
#   Headers of others that most files include are parsed once for all targets of a kind, which saves a fifth of
#   the time of a build: KIND is LIBRARY, PLUGIN (libfmt inside), CODEGEN (LLVM's headers, too), APP or TEST.
#   Every file still includes what it uses: -DFUSEBOX_PRECOMPILE=OFF, as in the preset "threads", shows which
#   does not, and lets ccache share between build folders.

option(FUSEBOX_PRECOMPILE "Parse the headers of others once" ON)

set(headers_PLUGIN <algorithm> <charconv> <chrono> <cmath> <cstring> <filesystem> <fmt/format.h> <fstream> <functional>
                   <limits> <map> <memory> <optional> <set> <span> <string> <string_view> <unordered_map> <vector>)
set(headers_LIBRARY ${headers_PLUGIN} <nlohmann/json.hpp>)
set(headers_CODEGEN ${headers_PLUGIN} <llvm/IR/IRBuilder.h> <llvm/IR/Module.h>)
set(headers_APP ${headers_LIBRARY} <CLI/CLI.hpp>)
set(headers_TEST ${headers_LIBRARY} <gtest/gtest.h> <random>)

function(fusebox_precompile target kind)
  if(NOT FUSEBOX_PRECOMPILE)
    return()
  endif()
  get_property(first GLOBAL PROPERTY FUSEBOX_PRECOMPILED_${kind})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${headers_${kind}})
    if("<nlohmann/json.hpp>" IN_LIST headers_${kind})
      target_link_libraries(${target} PRIVATE nlohmann_json::nlohmann_json)  # headers alone
    endif()
    set_property(GLOBAL PROPERTY FUSEBOX_PRECOMPILED_${kind} ${target})
  endif()
endfunction()
