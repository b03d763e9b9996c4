// The plugin with the tests' compiler, as our own client sees it.
#pragma once

#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "fusebox/pjrt/buffer.h"
#include "fusebox/pjrt/client.h"
#include "fusebox/pjrt/executable.h"

namespace fusebox::cpu::test {

inline const pjrt::Plugin& plugin() {
  setenv("FUSEBOX_CPU_COMPILER", FUSEBOX_TEST_COMPILER, 1);
  return pjrt::Plugin::load(FUSEBOX_CPU_PLUGIN);
}

inline pjrt::Client client(std::initializer_list<pjrt::NamedValue> options = {}) {
  return pjrt::Client::create(plugin(), options);
}

inline pjrt::Executable compile(const pjrt::Client& client, const std::string& program,
                                const pjrt::CompileOptions& options = {}) {
  return pjrt::Executable::compile(client, program, options);
}

template <typename T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return f32;
  if constexpr (std::is_same_v<T, int32_t>) return i32;
}

template <typename T>
pjrt::Buffer buffer(const pjrt::Client& client, const std::vector<T>& values,
                    pjrt::HostSemantics semantics = pjrt::HostSemantics::kOnlyDuringCall,
                    std::shared_ptr<const void> owner = nullptr) {
  return pjrt::Buffer::from_host(client.devices().front(),
                                 {{static_cast<int64_t>(values.size())}, dtype_of<T>()},
                                 std::as_bytes(std::span(values)), semantics, std::move(owner));
}

inline pjrt::Buffer scalar(const pjrt::Client& client, int32_t value) {
  return pjrt::Buffer::from_host(client.devices().front(), {{}, i32}, std::as_bytes(std::span(&value, 1)));
}

template <typename T>
std::vector<T> values(const pjrt::Buffer& buffer) {
  std::vector<T> out(static_cast<size_t>(buffer.shape().elements()));
  buffer.to_host(std::as_writable_bytes(std::span(out))).await();
  return out;
}

// f(0), …, f(size - 1)
template <typename T, typename F>
std::vector<T> made(size_t size, F f) {
  std::vector<T> out(size);
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<T>(f(i));
  return out;
}

}  // namespace fusebox::cpu::test
