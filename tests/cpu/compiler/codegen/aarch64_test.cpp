// Code for AArch64, run under qemu-user if that is installed: a program that calls each kernel once and
// writes what they computed to its standard output.

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tests/cpu/compiler/codegen/math_check.h"

namespace fusebox::cpu {
namespace {

constexpr uint64_t kBase = 0x10000000, kPage = 4096;

// An executable file in the making: ELF headers and `main` in the first page, data behind.
class Program {
 public:
  Program() : bytes_(kPage) {}

  uint64_t add(const void* data, size_t size) {
    bytes_.resize((bytes_.size() + kPage - 1) / kPage * kPage);
    const uint64_t address = kBase + bytes_.size();
    const auto* from = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
    return address;
  }

  void call(uint64_t function, std::initializer_list<uint64_t> arguments) {
    uint32_t index = 0;
    for (const uint64_t argument : arguments) set_register(index++, argument);
    set_register(9, function);
    main_.push_back(0xd63f0000 | 9 << 5);  // blr x9
  }
  void system_call(uint64_t number, std::initializer_list<uint64_t> arguments) {
    uint32_t index = 0;
    for (const uint64_t argument : arguments) set_register(index++, argument);
    set_register(8, number);
    main_.push_back(0xd4000001);  // svc #0
  }

  std::vector<std::byte> finish() {
    const uint64_t entry = add(main_.data(), main_.size() * sizeof(uint32_t));
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_AARCH64;
    header.e_version = EV_CURRENT;
    header.e_entry = entry;
    header.e_phoff = sizeof(header);
    header.e_ehsize = sizeof(header);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    const Elf64_Phdr whole{.p_type = PT_LOAD,
                           .p_flags = PF_R | PF_W | PF_X,
                           .p_offset = 0,
                           .p_vaddr = kBase,
                           .p_paddr = kBase,
                           .p_filesz = bytes_.size(),
                           .p_memsz = bytes_.size(),
                           .p_align = kPage};
    std::memcpy(bytes_.data(), &header, sizeof(header));
    std::memcpy(bytes_.data() + sizeof(header), &whole, sizeof(whole));
    return bytes_;
  }

 private:
  void set_register(uint32_t index, uint64_t value) {
    for (uint32_t part = 0; part < 4; ++part)  // movz, then movk
      main_.push_back((part == 0 ? 0xd2800000 : 0xf2800000) | part << 21 |
                      static_cast<uint32_t>(value >> (16 * part) & 0xffff) << 5 | index);
  }

  std::vector<std::byte> bytes_;
  std::vector<uint32_t> main_;
};

std::vector<char> run_under_qemu(const std::vector<std::byte>& program) {
  const std::string path = testing::TempDir() + "fusebox_aarch64_" + std::to_string(getpid());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(program.data()), static_cast<std::streamsize>(program.size()));
  const std::string command = "chmod +x " + path + " && qemu-aarch64 " + path + " > " + path + ".out";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  std::ifstream file(path + ".out", std::ios::binary);
  std::vector<char> output((std::istreambuf_iterator<char>(file)), {});
  std::remove(path.c_str());
  std::remove((path + ".out").c_str());
  return output;
}

template <typename T>
struct Arrays {
  Inputs<T> inputs = samples<T>(1 << 10, false);
  uint64_t x, y;
  explicit Arrays(Program& program)
      : x(program.add(inputs.x.data(), bytes())), y(program.add(inputs.y.data(), bytes())) {}
  size_t bytes() const { return inputs.x.size() * sizeof(T); }
};

// What is found at `output`, which goes on behind it.
template <typename T, typename Exact>
void expect_near(const char*& output, const char* name, const Inputs<T>& inputs, Exact (*exact)(Exact, Exact),
                 double limit) {
  std::vector<T> got(inputs.x.size());
  std::memcpy(got.data(), output, got.size() * sizeof(T));
  output += got.size() * sizeof(T);
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_LE((ulps<T, Exact>(got[i], exact(inputs.x[i], inputs.y[i]))), limit) << name << ' ' << inputs.x[i];
}

TEST(AArch64, MathIsWithinThreeUlps) {
  if (std::system("command -v qemu-aarch64 > /dev/null") != 0)
    GTEST_SKIP() << "qemu-aarch64 is not installed";
  Program program;
  const MachineCode code = compile_loops(all_kernels(), "aarch64");
  const uint64_t image = program.add(code.code.data(), code.code.size());
  const Arrays<float> f32(program);
  const Arrays<double> f64(program);
  const size_t size = (f32.bytes() + f64.bytes()) * math_functions().size();
  const uint64_t output = program.add(std::vector<std::byte>(size).data(), size);

  uint64_t to = output;
  const auto call = [&](const std::string& name, const auto& arrays) {
    for (const MachineCode::Symbol& kernel : code.kernels)
      if (kernel.name == name)
        program.call(image + kernel.offset, {to, arrays.x, arrays.y, arrays.inputs.x.size()});
    to += arrays.bytes();
  };
  for (const MathFunction& f : math_functions()) {
    call(std::string(f.name) + "_f32", f32);
    call(std::string(f.name) + "_f64", f64);
  }
  program.system_call(64, {1, output, size});  // write
  program.system_call(93, {0});                // exit

  const std::vector<char> got = run_under_qemu(program.finish());
  ASSERT_EQ(got.size(), size);
  const char* at = got.data();
  for (const MathFunction& f : math_functions()) {
    expect_near<float, double>(at, f.name, f32.inputs, f.f32, f.ulp32);
    expect_near<double, long double>(at, f.name, f64.inputs, f.f64, f.ulp64);
  }
}

}  // namespace
}  // namespace fusebox::cpu
