// Server keys and ed25519 signatures (libsodium).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/base/error.h"
#include "model/event/format.h"
#include "model/json/value.h"

namespace stateroom::event {

struct Event;

struct VerifyKey {
  std::string key;                             // 32 bytes
  std::optional<std::int64_t> expired_ts;      // milliseconds; of old_verify_keys
  std::optional<std::int64_t> valid_until_ts;  // milliseconds
};
/// server name → key id ("ed25519:auto") → key.
using ServerKeys = std::map<std::string, std::map<std::string, VerifyKey, std::less<>>, std::less<>>;

/// Reads keys from JSON: `{server: {key id: base64}}`, `{server: {verify_keys…}}` or an answer of /_matrix/key/v2.
/// Keys of other algorithms than ed25519 are left out.
base::Result<ServerKeys> read_keys(json::Value value, std::string_view where);

enum class SignatureState : std::uint8_t { kValid, kInvalid, kNoKey };
std::string_view name(SignatureState state);  // "valid", "invalid", "no-key"

/// The state of `server`'s signature over the format's object `object` ("signed_object"): valid if one known key of the
/// server verifies and `key_valid` takes the key (empty: every key); no-key if no key of the signatures is known;
/// invalid otherwise, also with no signature.
using KeyValid = std::function<bool(const VerifyKey&)>;
SignatureState verify(json::Value pdu, const EventFormat& format, std::string_view server, const ServerKeys& keys,
                      std::string_view object = "signed_object", const KeyValid& key_valid = {});
SignatureState verify(const Event& event, const EventFormat& format, std::string_view server, const ServerKeys& keys,
                      std::string_view object = "signed_object", const KeyValid& key_valid = {});

/// A signing key from a 32-byte seed; the same seed gives the same key.
struct SigningKey {
  std::string server;
  std::string key_id = "ed25519:1";
  std::string seed;  // 32 bytes
};
SigningKey signing_key(std::string_view server, std::string_view seed_text);
/// The public half, for a ServerKeys.
VerifyKey verify_key(const SigningKey& key);
/// Unpadded base64 of the signature over `bytes`.
std::string sign(const SigningKey& key, std::string_view bytes);

}  // namespace stateroom::event
