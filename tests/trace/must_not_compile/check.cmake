# Run by ctest: cmake -DCOMPILER=… -DINCLUDE=… -DHEADER=… -DPRECOMPILED=FOLDER -DFIXED=ON|OFF [-DSOURCE=…] -P check.cmake
# Without SOURCE, HEADER is precompiled into the folder. Otherwise SOURCE must not compile, and the compiler must say each
# "// expect:" line of it. With FUSEBOX_FIXED defined it must compile, so that nothing but the mistake stops it; FIXED=OFF
# leaves that out (where another compiler has shown it).

set(ENV{LC_ALL} C)  # the compiler in English
set(command ${COMPILER} -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -I${INCLUDE})

if(NOT SOURCE)
  file(MAKE_DIRECTORY ${PRECOMPILED})
  execute_process(COMMAND ${command} -w -x c++-header ${HEADER} -o ${PRECOMPILED}/module.h.gch RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${HEADER} must compile")
  endif()
  return()
endif()
# There is no module.h beside module.h.gch: a compiler that cannot take that says so.
list(APPEND command -Werror -fsyntax-only -include ${PRECOMPILED}/module.h)

execute_process(COMMAND ${command} ${SOURCE} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, but must not")
endif()

file(STRINGS ${SOURCE} expectations REGEX "^// expect: ")
if(NOT expectations)
  message(FATAL_ERROR "${SOURCE} has no line \"// expect: …\"")
endif()
foreach(expectation IN LISTS expectations)
  string(REPLACE "// expect: " "" expectation "${expectation}")
  string(FIND "${output}" "${expectation}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${SOURCE}: want the compiler to say\n  ${expectation}\ngot\n${output}")
  endif()
endforeach()

if(NOT FIXED)
  return()
endif()
execute_process(COMMAND ${command} -DFUSEBOX_FIXED ${SOURCE} RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} must compile with FUSEBOX_FIXED; got\n${output}")
endif()
