#include "model/base/encode.h"

#include <openssl/evp.h>
#include <sodium.h>

#include "model/base/error.h"

namespace stateroom::base {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string encode(std::span<const std::uint8_t> bytes, int variant) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant);
  out.resize(out.find('\0'));
  return out;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 out{};
  crypto_hash_sha256(out.data(), bytes_of(bytes), bytes.size());
  return out;
}

Sha1 sha1(std::string_view bytes) {
  Sha1 out{};
  unsigned int size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha1(), nullptr);
  require(done == 1 && size == out.size(), "OpenSSL offers SHA-1");
  return out;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  return encode(bytes, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

std::string base64url(std::span<const std::uint8_t> bytes) {
  return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::vector<std::uint8_t> out(text.size() * 3 / 4 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end,
                                       sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  out.resize(size);
  return out;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

}  // namespace stateroom::base
