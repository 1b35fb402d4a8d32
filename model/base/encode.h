// Hashes and base64 at the edges. SHA-256 is libsodium's, SHA-1 (room version 1 orders by it) is OpenSSL's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stateroom::base {

using Sha256 = std::array<std::uint8_t, 32>;
using Sha1 = std::array<std::uint8_t, 20>;

Sha256 sha256(std::string_view bytes);
Sha1 sha1(std::string_view bytes);

/// Unpadded base64, the standard alphabet (`+`, `/`).
std::string base64(std::span<const std::uint8_t> bytes);
/// Unpadded base64, the alphabet for URLs (`-`, `_`).
std::string base64url(std::span<const std::uint8_t> bytes);
/// Decodes unpadded or padded base64 of the standard alphabet; nullopt if it is none. Bits of the last character beyond
/// the last byte are ignored.
std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text);
/// Lower-case hexadecimal.
std::string hex(std::span<const std::uint8_t> bytes);

}  // namespace stateroom::base
