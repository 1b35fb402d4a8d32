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
  // The last character may hold bits beyond the last byte. Other implementations ignore them, and the specification's
  // own signing key has one set, while libsodium refuses them: they are cleared first.
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string clean(text);
  if (const std::size_t over = text.size() % 4; over >= 2) {
    const std::size_t last = kAlphabet.find(text.back());
    if (last == std::string_view::npos) return std::nullopt;
    clean.back() = kAlphabet[last & (over == 2 ? 0x30u : 0x3Cu)];
  }
  std::vector<std::uint8_t> out(clean.size() * 3 / 4 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(out.data(), out.size(), clean.data(), clean.size(), nullptr, &size, &end,
                                       sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  if (failed != 0 || end != clean.data() + clean.size()) return std::nullopt;
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
