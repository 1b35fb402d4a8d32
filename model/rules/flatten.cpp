#include "model/rules/flatten.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "model/base/encode.h"
#include "model/rules/edits.h"
#include "model/rules/lexer.h"
#include "model/rules/print.h"

namespace stateroom::rules {

namespace {

// Profiles that commands name whether or not a text has a reading on which they differ.
constexpr std::array<std::string_view, 5> kProfiles = {"specification", "synapse", "ruma", "gomatrixserverlib",
                                                       "dendrite"};

// Rules get their places as numbers: "5.3.3". What stands under an unnumbered block has none.
void number(std::vector<Rule>& rules, const std::string& prefix, bool numbered) {
  std::uint32_t last = 0;
  for (Rule& rule : rules) {
    rule.number.clear();
    const bool has_number = numbered && !rule.unnumbered;
    if (has_number) {
      last = rule.numbered.value_or(last + 1);
      rule.number = prefix + std::to_string(last);
    }
    number(rule.children, rule.number + ".", has_number);
  }
}

bool shares(const std::vector<Owner>& a, const std::vector<Owner>& b) {
  return std::ranges::any_of(a, [&](const Owner& owner) { return std::ranges::find(b, owner) != b.end(); });
}

bool regular_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}

// Builds drafts along the lineage. Errors go to the list; a draft with errors is never used further than to find more.
class Builder {
 public:
  Builder(const TextSource& source, const LoadOptions& options) : source_(source), options_(options) {}

  Errors& errors() { return errors_; }

  // The text as written, before choices of readings. `parts`: apply only so many of its parts.
  Draft build(const File& file, bool errata, std::size_t parts) {
    Draft draft;
    if (!enter(file)) return draft;
    const FileHead& head = file.head;
    if (!head.extends.empty()) {
      const std::shared_ptr<const File> base = find(head.extends, head.location);
      if (base) draft = build(*base, errata && !head.without_errata, base->parts.size());
    }
    if (errors_.empty()) {
      set_head(draft.version, file);
      for (std::size_t i = 0; i < std::min(parts, file.parts.size()); ++i) apply(draft, file, file.parts[i], errata);
      if (errors_.empty()) pin(draft, file);
    }
    names_.pop_back();
    return draft;
  }

  void apply_choices(Draft& draft, const File& file) {
    std::map<std::string, std::string> choices = chosen(draft.version, file);
    if (!errors_.empty()) return;
    const std::vector<ReadingEntry> readings = draft.version.readings;
    for (const ReadingEntry& reading : readings)
      apply_choice(draft, reading, *reading.choice(choices[reading.name]), file);
    draft.version.choices = std::move(choices);
  }

  // Every choice of every reading must apply to the text, so that no profile fails later.
  void try_choices(const Draft& draft, const File& file) {
    for (const ReadingEntry& reading : draft.version.readings) {
      for (const Choice& choice : reading.choices) {
        if (choice.edits.empty()) continue;
        Draft copy = draft;
        apply_choice(copy, reading, choice, file);
      }
    }
  }

 private:
  bool enter(const File& file) {
    if (std::ranges::find(names_, file.head.name) != names_.end()) {
      fail(base::ErrorCode::kEdit, file.head.location,
           "found a version that extends or includes itself: `" + file.head.name + "`");
      return false;
    }
    if (names_.size() >= options_.limits.lineage_max) {
      fail(base::ErrorCode::kLimit, file.head.location,
           "more texts extend each other than lineage_max, " + std::to_string(options_.limits.lineage_max));
      return false;
    }
    names_.push_back(file.head.name);
    return true;
  }

  void fail(base::ErrorCode code, const Location& place, std::string message, std::string hint = {}) {
    errors_.push_back({code, std::move(message), place.text(), std::move(hint)});
  }

  std::shared_ptr<const File> find(const std::string& name, const Location& place) {
    std::expected<std::shared_ptr<const File>, Errors> file = source_.file(name);
    if (file) return *file;
    for (base::Error& error : file.error()) {
      if (error.where.empty()) error.where = place.text();
      errors_.push_back(std::move(error));
    }
    return nullptr;
  }

  void set_head(Version& version, const File& file) {
    const FileHead& head = file.head;
    version.name = head.name;
    version.identifier = head.identifier.empty() ? head.name : head.identifier;
    version.irregular = head.irregular;
    if (!head.line.empty()) version.line = head.line;
    version.status = head.status;
    version.source = head.source;
    version.owners = head.owners;
    version.extends = head.extends;
    version.lineage.push_back(head.name);
    version.log.clear();
    const bool regular = regular_identifier(version.identifier);
    if (!regular && !head.irregular) {
      fail(base::ErrorCode::kIdentifier, head.location,
           "found the identifier " + quote(version.identifier) +
               ", expected 1 to 32 of the characters a-z, 0-9, `.` and `-`",
           "an identifier outside the grammar is declared with `identifier \"…\" irregular`");
    }
  }

  EditContext context(const File& file, const Part& part, bool errata) const {
    EditContext out;
    out.origin.version = file.head.name;
    out.origin.owners = part.owners;
    out.origin.erratum = part.erratum;
    out.skip_ghosts = !errata;
    return out;
  }

  void apply(Draft& draft, const File& file, const Part& part, bool errata) {
    if (part.erratum && !errata) {
      add_ghosts(draft, part);
      return;
    }
    switch (part.kind) {
      case PartKind::kSection:
        if (!file.head.extends.empty()) {
          fail(base::ErrorCode::kEdit, part.location,
               "found the section `" + part.section.text() + "` in a text that extends another, expected `edit " +
                   part.section.text() + "` or `replace section " + part.section.text() + "`");
          return;
        }
        apply_part(draft, part, context(file, part, errata), errors_);
        return;
      case PartKind::kEdit:
      case PartKind::kReplaceSection:
        apply_part(draft, part, context(file, part, errata), errors_);
        return;
      case PartKind::kTakeSection:
        take(draft, part, context(file, part, errata), errata);
        return;
      case PartKind::kInclude:
        include(draft, file, part, errata);
        return;
    }
  }

  void take(Draft& draft, const Part& part, const EditContext& context, bool errata) {
    const std::shared_ptr<const File> from = find(part.from, part.location);
    if (!from) return;
    const std::vector<std::string> names = std::exchange(names_, {});
    const Draft other = build(*from, errata, from->parts.size());
    names_ = names;
    if (errors_.empty()) take_section(draft, part, other.version, context);
  }

  // The texts from `file` down its bases, itself first.
  std::vector<std::shared_ptr<const File>> lineage(const std::string& name, const Location& place) {
    std::vector<std::shared_ptr<const File>> out;
    for (std::string next = name; !next.empty() && out.size() <= options_.limits.lineage_max;) {
      std::shared_ptr<const File> file = find(next, place);
      if (!file) return out;
      next = file->head.extends;
      out.push_back(std::move(file));
    }
    return out;
  }

  // Ferrying: the edits that the owners made between `part.from` and the nearest base that both have, in order.
  void include(Draft& draft, const File& file, const Part& part, bool errata) {
    const std::vector<std::string>& here = draft.version.lineage;
    std::vector<std::shared_ptr<const File>> steps;
    for (std::shared_ptr<const File>& step : lineage(part.from, part.location)) {
      if (std::ranges::find(here, step->head.name) != here.end()) break;
      steps.push_back(std::move(step));
    }
    std::vector<Owner> missing = part.owners;
    for (auto step = steps.rbegin(); step != steps.rend() && errors_.empty(); ++step) {
      const File& from = **step;
      for (std::size_t i = 0; i < from.parts.size() && errors_.empty(); ++i) {
        const Part& edit = from.parts[i];
        const bool edits = edit.kind == PartKind::kEdit || edit.kind == PartKind::kReplaceSection;
        if (!edits || !shares(edit.owners, part.owners) || (edit.erratum && !errata)) continue;
        std::erase_if(missing,
                      [&](const Owner& owner) { return std::ranges::find(edit.owners, owner) != edit.owners.end(); });
        ferry(draft, file, part, from, i, errata);
      }
    }
    for (const Owner& owner : missing) {
      if (!errors_.empty()) return;
      fail(base::ErrorCode::kEdit, part.location,
           "found no edit of " + owner.text() + " between " + quote(part.from) + " and what this text extends");
    }
  }

  // One part of another text, applied here; what it replaces must be word for word what it replaced there.
  void ferry(Draft& draft, const File& file, const Part& where, const File& from, std::size_t index, bool errata) {
    const Part& edit = from.parts[index];
    EditContext at_home = context(from, edit, errata);
    at_home.record = false;
    EditContext here = context(from, edit, errata);
    here.included_by = file.head.name;
    const std::vector<std::string> names = std::exchange(names_, {});
    Draft source = build(from, errata, index);
    names_ = names;
    if (!errors_.empty()) return;
    if (edit.kind == PartKind::kReplaceSection) {
      if (print_section(source.version, edit.section) != print_section(draft.version, edit.section)) {
        fail(base::ErrorCode::kEdit, where.location,
             "`" + edit.section.text() + "`, which " + quote(from.head.name) +
                 " replaces, has other words here than there");
        return;
      }
      apply_part(draft, edit, here, errors_);
      return;
    }
    for (const Change& change : edit.changes) {
      if (change.kind != ChangeKind::kInsert && text_of(source.version, edit.section, target_of(change)) !=
                                                    text_of(draft.version, edit.section, target_of(change))) {
        fail(base::ErrorCode::kEdit, where.location,
             "`" + join(target_of(change)) + "` of `" + edit.section.text() + "`, which " + quote(from.head.name) +
                 " changes, has other words here than there",
             "write the edit here, for this text");
        continue;
      }
      Errors ignored;
      apply_change(source, edit.section, change, at_home, ignored);
      apply_change(draft, edit.section, change, here, errors_);
    }
  }

  // Remembers what each choice replaces, word for word, or compares with what was remembered.
  void pin(Draft& draft, const File& file) {
    Version& version = draft.version;
    for (ReadingEntry& reading : version.readings) {
      for (Choice& choice : reading.choices) {
        std::vector<Pin> pins;
        std::set<std::string> made;  // by the choice itself
        for (const Part& part : choice.edits) {
          if (part.kind != PartKind::kEdit) continue;
          for (const Change& change : part.changes) pin_change(draft, part, change, made, pins);
        }
        compare_pins(reading, choice, pins, file);
        choice.pins = std::move(pins);
      }
    }
  }

  static void pin_change(const Draft& draft, const Part& part, const Change& change, std::set<std::string>& made,
                         std::vector<Pin>& pins) {
    const Path target = target_of(change);
    const std::string key = key_of(part.section, target);
    if (change.kind != ChangeKind::kInsert && !made.contains(key)) {
      std::optional<std::string> text = text_of(draft.version, part.section, target);
      if (text) pins.push_back({part.section, change.kind, target, std::move(*text)});
    }
    made.insert(key);
  }

  void compare_pins(const ReadingEntry& reading, const Choice& choice, const std::vector<Pin>& now, const File& file) {
    for (const Pin& before : choice.pins) {
      const auto same = std::ranges::find_if(
          now, [&](const Pin& p) { return p.section == before.section && p.target == before.target; });
      if (same != now.end() && same->replaced == before.replaced) continue;
      fail(base::ErrorCode::kEdit, file.head.location,
           "the reading `" + reading.name + "` (choice `" + choice.name + "`) changes `" + join(before.target) +
               "` of `" + before.section.text() + "`, which has other words here than when the reading was written",
           "restate the reading with `replace reading " + reading.name + " …`, or remove it");
    }
  }

  std::map<std::string, std::string> chosen(const Version& version, const File& file) {
    const std::string& profile = options_.profile;
    std::map<std::string, std::string> out = profile_choices(version, profile);
    const bool plain = profile.empty() || profile == "default" || profile == "text";
    std::vector<std::string> known = profiles(version);
    known.insert(known.end(), kProfiles.begin(), kProfiles.end());
    if (!plain && std::ranges::find(known, profile) == known.end()) {
      known.insert(known.end(), {"default", "text"});
      fail_reading("found the profile `" + profile + "`, which no reading of " + quote(version.name) + " names",
                   profile, known);
    }
    if (profile == "text") {
      for (const ReadingEntry& reading : version.readings) {
        for (const Choice& choice : reading.choices) {
          if (choice.edits.empty()) out[reading.name] = choice.name;
        }
      }
    }
    for (const ReadingEntry& reading : version.readings) {
      std::set<std::string> names;
      for (const Choice& choice : reading.choices) {
        if (!names.insert(choice.name).second)
          fail(base::ErrorCode::kEdit, reading.location,
               "the reading `" + reading.name + "` has two choices `" + choice.name + "`",
               "a choice is taken by its name");
      }
      if (!reading.choice(reading.default_choice)) {
        fail(base::ErrorCode::kUnknownReading, reading.location,
             "the reading `" + reading.name + "` has no choice `" + reading.default_choice + "`, its default");
      }
    }
    for (const auto& [name, choice] : options_.readings) choose(version, name, choice, out);
    static_cast<void>(file);
    return out;
  }

  void choose(const Version& version, const std::string& name, const std::string& choice,
              std::map<std::string, std::string>& out) {
    const ReadingEntry* reading = version.reading(name);
    std::vector<std::string> known;
    if (!reading) {
      for (const ReadingEntry& r : version.readings) known.push_back(r.name);
      fail_reading("found the reading `" + name + "`, which " + quote(version.name) + " does not have", name, known);
      return;
    }
    if (!reading->choice(choice)) {
      for (const Choice& c : reading->choices) known.push_back(c.name);
      fail_reading("found the choice `" + choice + "`, which the reading `" + name + "` does not have", choice, known);
      return;
    }
    out[name] = choice;
  }

  void fail_reading(std::string message, const std::string& wanted, const std::vector<std::string>& known) {
    const std::string near = nearest(wanted, known);
    std::string hint = near.empty() ? "" : "did you mean `" + near + "`?";
    if (hint.empty() && !known.empty()) {
      for (const std::string& name : known) hint += (hint.empty() ? "known: " : ", ") + name;
    }
    errors_.push_back({base::ErrorCode::kUnknownReading, std::move(message), {}, std::move(hint)});
  }

  void apply_choice(Draft& draft, const ReadingEntry& reading, const Choice& choice, const File& file) {
    for (const Part& part : choice.edits) {
      EditContext at = context(file, part, options_.errata);
      at.origin.reading = reading.name + "=" + choice.name;
      if (part.kind == PartKind::kTakeSection) {
        take(draft, part, at, options_.errata);
      } else {
        apply_part(draft, part, at, errors_);
      }
    }
  }

  const TextSource& source_;
  const LoadOptions& options_;
  Errors errors_;
  std::vector<std::string> names_;  // texts that are being built, to find circles
};

}  // namespace

std::expected<Version, Errors> flatten(const File& file, const TextSource& source, const LoadOptions& options) {
  std::array<std::string, 2> hashes;
  Draft kept;
  for (const bool errata : {!options.errata, options.errata}) {
    Builder builder(source, options);
    Draft draft = builder.build(file, errata, file.parts.size());
    if (builder.errors().empty()) {
      hashes[errata ? 1 : 0] = base::hex(base::sha256(print(draft.version)));
      if (errata == options.errata) {
        builder.try_choices(draft, file);
        if (builder.errors().empty()) builder.apply_choices(draft, file);
      }
    }
    if (!builder.errors().empty()) {
      Errors errors = std::move(builder.errors());
      if (errors.size() > options.limits.text_errors_max) errors.resize(options.limits.text_errors_max);
      return std::unexpected(std::move(errors));
    }
    kept = std::move(draft);
  }
  Version version = std::move(kept.version);
  version.errata = options.errata;
  version.sha256_without_errata = std::move(hashes[0]);
  version.sha256_with_errata = std::move(hashes[1]);
  number(version.rules, "", true);
  number(version.auth_events, "", true);
  number(version.receipt, "", true);
  return version;
}

std::expected<Version, Errors> load(std::string_view name, const TextSource& source, const LoadOptions& options) {
  std::expected<std::shared_ptr<const File>, Errors> file = source.file(name);
  if (!file) return std::unexpected(std::move(file.error()));
  return flatten(**file, source, options);
}

}  // namespace stateroom::rules
