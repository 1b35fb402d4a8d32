#include "model/event/keys.h"

#include <fmt/format.h>
#include <sodium.h>

#include "model/base/encode.h"
#include "model/event/event.h"

namespace stateroom::event {
namespace {

using base::ErrorCode;
using json::Value;

/// Other algorithms than this have no meaning for events.
constexpr std::string_view kAlgorithm = "ed25519:";

base::Result<VerifyKey> read_key(Value value, std::string_view where, std::string_view id) {
  const Value key = value.is_object() ? value.get("key") : value;
  if (!key.is_string())
    return base::fail(ErrorCode::kSignature, fmt::format("the key `{}` is no base64 string", id), std::string(where));
  const auto bytes = base::base64_decode(key.string());
  if (!bytes || bytes->size() != crypto_sign_PUBLICKEYBYTES) {
    return base::fail(ErrorCode::kSignature, fmt::format("the key `{}` is not the base64 of 32 bytes", id),
                      std::string(where));
  }
  VerifyKey out;
  out.key.assign(bytes->begin(), bytes->end());
  if (const Value expired = value.get("expired_ts"); expired.is_integer()) out.expired_ts = expired.integer();
  if (const Value valid = value.get("valid_until_ts"); valid.is_integer()) out.valid_until_ts = valid.integer();
  return out;
}

/// Keys of one server: key ids to keys, or an answer of /_matrix/key/v2 without its server name.
base::Result<std::map<std::string, VerifyKey, std::less<>>> read_server(Value value, std::string_view where) {
  std::map<std::string, VerifyKey, std::less<>> out;
  if (!value.is_object())
    return base::fail(ErrorCode::kSignature, "the keys of a server are an object", std::string(where));
  const bool answer = value.get("verify_keys").valid() || value.get("old_verify_keys").valid();
  const Value valid_until = value.get("valid_until_ts");
  const auto take = [&](Value keys, bool current) -> std::optional<base::Error> {
    for (const Value item : keys.children()) {
      if (!item.own_key().starts_with(kAlgorithm)) continue;
      auto key = read_key(item, where, item.own_key());
      if (!key) return key.error();
      if (current && answer && valid_until.is_integer()) key->valid_until_ts = valid_until.integer();
      out.emplace(item.own_key(), std::move(*key));
    }
    return std::nullopt;
  };
  std::optional<base::Error> error;
  if (answer) {
    error = take(value.get("verify_keys"), true);
    if (!error) error = take(value.get("old_verify_keys"), false);
  } else {
    error = take(value, true);
  }
  if (error) return std::unexpected(std::move(*error));
  return out;
}

}  // namespace

base::Result<ServerKeys> read_keys(Value value, std::string_view where) {
  ServerKeys out;
  if (!value.is_object()) return base::fail(ErrorCode::kSignature, "server keys are a JSON object", std::string(where));
  if (const Value list = value.get("server_keys"); list.is_array()) {  // an answer of /_matrix/key/v2/query
    for (const Value item : list.children()) {
      const auto one = read_keys(item, where);
      if (!one) return one;
      out.insert(one->begin(), one->end());
    }
    return out;
  }
  if (const Value server = value.get("server_name"); server.is_string()) {
    auto keys = read_server(value, where);
    if (!keys) return std::unexpected(keys.error());
    out.emplace(server.string(), std::move(*keys));
    return out;
  }
  for (const Value item : value.children()) {
    auto keys = read_server(item, where);
    if (!keys) return std::unexpected(keys.error());
    out.emplace(item.own_key(), std::move(*keys));
  }
  return out;
}

std::string_view name(SignatureState state) {
  switch (state) {
    case SignatureState::kValid:
      return "valid";
    case SignatureState::kInvalid:
      return "invalid";
    case SignatureState::kNoKey:
      return "no-key";
  }
  return "";
}

namespace {

/// `make` gives the bytes that were signed, and is asked only where a signature can be checked.
template <class Make>
SignatureState verify_bytes(Value signatures, std::string_view server, const ServerKeys& keys,
                            const KeyValid& key_valid, Make make) {
  if (!signatures.is_object() || signatures.size() == 0) return SignatureState::kInvalid;
  const auto known = keys.find(server);
  std::optional<std::string> bytes;
  bool any_known = false;
  for (const Value item : signatures.children()) {
    if (known == keys.end()) break;
    if (!item.own_key().starts_with(kAlgorithm)) continue;
    const auto key = known->second.find(item.own_key());
    if (key == known->second.end()) continue;
    any_known = true;
    if (!item.is_string() || (key_valid && !key_valid(key->second))) continue;
    const auto signature = base::base64_decode(item.string());
    if (!signature || signature->size() != crypto_sign_BYTES) continue;
    if (!bytes) {
      auto made = make();
      if (!made) return SignatureState::kInvalid;
      bytes = std::move(*made);
    }
    const auto* message = reinterpret_cast<const unsigned char*>(bytes->data());
    const auto* public_key = reinterpret_cast<const unsigned char*>(key->second.key.data());
    if (crypto_sign_verify_detached(signature->data(), message, bytes->size(), public_key) == 0)
      return SignatureState::kValid;
  }
  return any_known ? SignatureState::kInvalid : SignatureState::kNoKey;
}

}  // namespace

SignatureState verify(Value pdu, const EventFormat& format, std::string_view server, const ServerKeys& keys,
                      std::string_view object, const KeyValid& key_valid) {
  return verify_bytes(pdu.get("signatures").get(server), server, keys, key_valid,
                      [&] { return hashed_bytes(pdu, format, object); });
}

SignatureState verify(const Event& event, const EventFormat& format, std::string_view server, const ServerKeys& keys,
                      std::string_view object, const KeyValid& key_valid) {
  return verify_bytes(event.json.get("signatures").get(server), server, keys, key_valid,
                      [&] { return hashed_bytes(event, format, object); });
}

SigningKey signing_key(std::string_view server, std::string_view seed_text) {
  const base::Sha256 seed = base::sha256(fmt::format("{}\n{}", server, seed_text));
  return {std::string(server), "ed25519:1", std::string(seed.begin(), seed.end())};
}

namespace {

struct KeyPair {
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
};

KeyPair key_pair(const SigningKey& key) {
  base::require(key.seed.size() == crypto_sign_SEEDBYTES, "a signing key has a seed of 32 bytes");
  KeyPair pair;
  crypto_sign_seed_keypair(pair.public_key, pair.secret_key, reinterpret_cast<const unsigned char*>(key.seed.data()));
  return pair;
}

}  // namespace

VerifyKey verify_key(const SigningKey& key) {
  const KeyPair pair = key_pair(key);
  VerifyKey out;
  out.key.assign(reinterpret_cast<const char*>(pair.public_key), sizeof pair.public_key);
  return out;
}

std::string sign(const SigningKey& key, std::string_view bytes) {
  const KeyPair pair = key_pair(key);
  std::vector<std::uint8_t> signature(crypto_sign_BYTES);
  crypto_sign_detached(signature.data(), nullptr, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       pair.secret_key);
  return base::base64(signature);
}

}  // namespace stateroom::event
