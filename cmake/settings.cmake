# Compiler settings shared by every target of the project.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

find_program(FUSEBOX_CCACHE ccache)
if(FUSEBOX_CCACHE)
  # It may take what a precompiled header was made of for granted: that is in the header's own hash.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${FUSEBOX_CCACHE})
endif()
find_program(FUSEBOX_MOLD mold)
if(FUSEBOX_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# What programs were traced to is kept for the same build only: fusebox/base/build_id.h. GCC's is on by itself.
add_link_options(-Wl,--build-id=sha1)

add_library(fusebox_settings INTERFACE)
target_include_directories(fusebox_settings INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_features(fusebox_settings INTERFACE cxx_std_20)
if(PROJECT_IS_TOP_LEVEL)  # whoever adds us to a project of theirs chooses their own warnings
  target_compile_options(fusebox_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Clang blames callers of std::stable_sort for what libstdc++ 12 itself deprecates.
  target_compile_options(fusebox_settings INTERFACE -Wno-deprecated-declarations)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlaps and overflows in std::string that are not there.
  target_compile_options(fusebox_settings INTERFACE -Wno-restrict -Wno-stringop-overflow)
endif()
if(FUSEBOX_SANITIZE)
  target_compile_options(fusebox_settings INTERFACE -fsanitize=${FUSEBOX_SANITIZE} -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer)
  target_link_options(fusebox_settings INTERFACE -fsanitize=${FUSEBOX_SANITIZE})
endif()

# For targets that take longer to compile than optimising them would ever save.
function(fusebox_optimise_less target)
  if(FUSEBOX_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()

# The program looks for the plugin beside itself; scripts/get-assets brings it.
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/build/assets/pjrt_c_api_cpu_plugin.so
                 ${CMAKE_BINARY_DIR}/pjrt_c_api_cpu_plugin.so SYMBOLIC)
