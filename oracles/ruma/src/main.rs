//! Answers questions about Matrix state resolution with ruma-state-res, one JSON object a line (see ../README.md).
//!
//! A panic or an error of the library is an answer, never the end of the process.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use ruma_common::room_version_rules::RoomVersionRules;
use ruma_common::{
    EventId, MilliSecondsSinceUnixEpoch, OwnedEventId, OwnedRoomId, OwnedUserId, RoomId, RoomVersionId, UserId,
};
use ruma_events::{StateEventType, TimelineEventType};
use ruma_state_res::utils::event_id_set::EventIdSet;
use ruma_state_res::{Event, StateMap, check_state_dependent_auth_rules, check_state_independent_auth_rules, resolve};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A PDU as the protocol of ../README.md has it. References may be ids or pairs of an id and hashes.
#[derive(Deserialize)]
struct Pdu {
    event_id: OwnedEventId,
    room_id: Option<OwnedRoomId>,
    sender: OwnedUserId,
    #[serde(default)]
    origin_server_ts: MilliSecondsSinceUnixEpochOrZero,
    #[serde(rename = "type")]
    kind: TimelineEventType,
    content: Box<RawValue>,
    state_key: Option<String>,
    #[serde(default, deserialize_with = "references")]
    prev_events: Vec<OwnedEventId>,
    #[serde(default, deserialize_with = "references")]
    auth_events: Vec<OwnedEventId>,
    redacts: Option<OwnedEventId>,
    #[serde(skip)]
    rejected: bool,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct MilliSecondsSinceUnixEpochOrZero(MilliSecondsSinceUnixEpoch);

impl Default for MilliSecondsSinceUnixEpochOrZero {
    fn default() -> Self {
        Self(MilliSecondsSinceUnixEpoch(0u32.into()))
    }
}

fn references<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<OwnedEventId>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Reference {
        Id(OwnedEventId),
        Pair(OwnedEventId, serde::de::IgnoredAny),
    }
    let list = Vec::<Reference>::deserialize(deserializer)?;
    Ok(list
        .into_iter()
        .map(|r| match r {
            Reference::Id(id) | Reference::Pair(id, _) => id,
        })
        .collect())
}

impl Event for Pdu {
    type Id = OwnedEventId;
    fn event_id(&self) -> &OwnedEventId {
        &self.event_id
    }
    fn room_id(&self) -> Option<&RoomId> {
        self.room_id.as_deref()
    }
    fn sender(&self) -> &UserId {
        &self.sender
    }
    fn origin_server_ts(&self) -> MilliSecondsSinceUnixEpoch {
        self.origin_server_ts.0
    }
    fn event_type(&self) -> &TimelineEventType {
        &self.kind
    }
    fn content(&self) -> &RawValue {
        &self.content
    }
    fn state_key(&self) -> Option<&str> {
        self.state_key.as_deref()
    }
    fn prev_events(&self) -> Box<dyn DoubleEndedIterator<Item = &OwnedEventId> + '_> {
        Box::new(self.prev_events.iter())
    }
    fn auth_events(&self) -> Box<dyn DoubleEndedIterator<Item = &OwnedEventId> + '_> {
        Box::new(self.auth_events.iter())
    }
    fn redacts(&self) -> Option<&OwnedEventId> {
        self.redacts.as_ref()
    }
    fn rejected(&self) -> bool {
        self.rejected
    }
}

#[derive(Deserialize)]
struct Head {
    ask: String,
}

#[derive(Deserialize)]
struct ResolveQuestion {
    room_version: String,
    events: Vec<Pdu>,
    #[serde(default)]
    rejected: Vec<OwnedEventId>,
    state_sets: Vec<Vec<OwnedEventId>>,
    #[serde(default)]
    chain_with_state: bool,
    /// Repeat the resolution so often and report the times in nanoseconds: once with the auth chains made before, and
    /// once with the making of them counted.
    #[serde(default)]
    repeat: u32,
    /// Deviations that the corrected copy is asked without (../corrections.patch).
    #[serde(default)]
    corrected: Vec<String>,
    /// One state for each list of corrections, all in one answer.
    corrections: Option<Vec<Vec<String>>>,
}

#[derive(Deserialize)]
struct AuthQuestion {
    room_version: String,
    event: Pdu,
    state: Vec<Pdu>,
    #[serde(default)]
    events: Vec<Pdu>,
    #[serde(default)]
    rejected: Vec<OwnedEventId>,
    /// One verdict for each list of corrections.
    corrections: Option<Vec<Vec<String>>>,
}

type Room = HashMap<OwnedEventId, Arc<Pdu>>;

fn rules_of(version: &str) -> Result<RoomVersionRules, String> {
    let id: RoomVersionId = version.try_into().map_err(|e| format!("room version: {e}"))?;
    id.rules()
        .ok_or_else(|| format!("ruma has no rules for room version {version}"))
}

/// Everything reached from the events by one or more steps along auth_events.
fn auth_chain<'a>(room: &'a Room, from: impl Iterator<Item = &'a OwnedEventId>) -> EventIdSet<OwnedEventId> {
    let mut found = EventIdSet::new();
    let mut todo: Vec<&OwnedEventId> = from
        .filter_map(|id| room.get(id))
        .flat_map(|e| e.auth_events.iter())
        .collect();
    while let Some(id) = todo.pop() {
        if let Some(event) = room.get(id) {
            if !found.contains(id) {
                found.insert(id.clone());
                todo.extend(event.auth_events.iter());
            }
        }
    }
    found
}

/// The conflicted events and every event on a path along auth_events from one of them to another.
fn subgraph(room: &Room, conflicted: &StateMap<Vec<OwnedEventId>>) -> EventIdSet<OwnedEventId> {
    let ends: EventIdSet<OwnedEventId> = conflicted.values().flatten().cloned().collect();
    let down = auth_chain(room, ends.iter());
    let mut found: EventIdSet<OwnedEventId> = ends.iter().cloned().collect();
    for id in down.iter() {
        if auth_chain(room, std::iter::once(id))
            .iter()
            .any(|end| ends.contains(end))
        {
            found.insert(id.clone());
        }
    }
    found
}

fn key(event: &Pdu) -> Option<(StateEventType, String)> {
    Some((event.kind.to_string().into(), event.state_key.clone()?))
}

fn about() -> Value {
    let judges: Vec<String> = (1..=12).map(|v| v.to_string()).collect();
    json!({"oracle": "ruma", "release": "ruma-state-res 0.17.0", "versions": judges[1..], "judges": judges})
}

/// Switches deviations of the corrected copy off.
#[cfg(feature = "corrected")]
fn correct(ids: &[String]) -> Result<(), String> {
    *ruma_state_res::CORRECTED.write().map_err(|e| e.to_string())? = ids.to_vec();
    Ok(())
}

/// Refuses: this is the library as it is published.
#[cfg(not(feature = "corrected"))]
fn correct(ids: &[String]) -> Result<(), String> {
    let message = "question: only the corrected copy takes corrections";
    if ids.is_empty() {
        Ok(())
    } else {
        Err(message.to_owned())
    }
}

fn entries(state: StateMap<OwnedEventId>) -> Vec<Value> {
    let sorted: BTreeMap<(String, String), String> = state
        .into_iter()
        .map(|((t, k), id)| ((t.to_string(), k), id.to_string()))
        .collect();
    sorted.into_iter().map(|((t, k), id)| json!([t, k, id])).collect()
}

/// Nanoseconds of this thread on a processor, so that it matters little what else the machine does.
fn processor_time() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to the structure, which lives until it returns.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

fn resolve_answer(question: ResolveQuestion) -> Result<Value, String> {
    let rules = rules_of(&question.room_version)?;
    let v2 = rules
        .state_res
        .v2_rules()
        .ok_or("ruma does not resolve room version 1")?;
    let mut room = Room::new();
    for mut event in question.events {
        event.rejected = question.rejected.contains(&event.event_id);
        room.insert(event.event_id.clone(), Arc::new(event));
    }
    let maps: Vec<StateMap<OwnedEventId>> = question
        .state_sets
        .iter()
        .map(|ids| {
            ids.iter()
                .filter_map(|id| Some((key(room.get(id)?)?, id.clone())))
                .collect()
        })
        .collect();
    let make_chain = |map: &StateMap<OwnedEventId>| {
        let mut chain = auth_chain(&room, map.values());
        if question.chain_with_state {
            for id in map.values() {
                chain.insert(id.clone());
            }
        }
        chain
    };
    let make_chains = || -> Vec<EventIdSet<OwnedEventId>> { maps.iter().map(make_chain).collect() };
    let chains = make_chains();
    let run = |chains| {
        let fetch = |id: &EventId| room.get(id).cloned();
        resolve(&rules.authorization, v2, maps.iter(), chains, fetch, |conflicted| {
            Some(subgraph(&room, conflicted))
        })
        .map_err(|e| e.to_string())
    };
    if let Some(lists) = &question.corrections {
        let mut states = Vec::new();
        for ids in lists {
            correct(ids)?;
            states.push(run(chains.clone()).map(entries).ok());
        }
        return Ok(json!({"states": states}));
    }
    correct(&question.corrected)?;
    let mut times = Vec::new();
    let mut times_with_chains = Vec::new();
    for _ in 0..question.repeat {
        let prepared = chains.clone();
        let start = processor_time();
        let done = run(prepared);
        times.push(processor_time() - start);
        done?;
        let start = processor_time();
        let done = run(make_chains());
        times_with_chains.push(processor_time() - start);
        done?;
    }
    let list = entries(run(chains)?);
    Ok(if question.repeat > 0 {
        json!({"state": list, "nanoseconds": times, "nanoseconds_with_chains": times_with_chains})
    } else {
        json!({"state": list})
    })
}

fn auth_answer(mut question: AuthQuestion) -> Result<Value, String> {
    let rules = rules_of(&question.room_version)?.authorization;
    for event in question.state.iter_mut().chain(question.events.iter_mut()) {
        event.rejected = question.rejected.contains(&event.event_id);
    }
    let all = question.state.iter().chain(question.events.iter());
    let known: HashMap<&EventId, &Pdu> = all.map(|e| (&*e.event_id, e)).collect();
    let slots: HashMap<(StateEventType, String), &Pdu> =
        question.state.iter().filter_map(|e| Some((key(e)?, e))).collect();
    let judge = || {
        check_state_independent_auth_rules(&rules, &question.event, |id: &EventId| known.get(id).copied()).and_then(
            |()| {
                check_state_dependent_auth_rules(&rules, &question.event, |t: &StateEventType, k: &str| {
                    slots.get(&(t.clone(), k.to_owned())).copied()
                })
            },
        )
    };
    if let Some(lists) = &question.corrections {
        let mut verdicts = Vec::new();
        for ids in lists {
            correct(ids)?;
            verdicts.push(judge().is_ok());
        }
        return Ok(json!({"verdicts": verdicts}));
    }
    correct(&[])?;
    Ok(match judge() {
        Ok(()) => json!({"allowed": true}),
        Err(reason) => json!({"allowed": false, "reason": reason}),
    })
}

fn answer(line: &str) -> Result<Value, String> {
    let bad = |e: serde_json::Error| format!("question: {e}");
    let head: Head = serde_json::from_str(line).map_err(bad)?;
    match head.ask.as_str() {
        "about" => Ok(about()),
        "resolve" => resolve_answer(serde_json::from_str(line).map_err(bad)?),
        "auth" => auth_answer(serde_json::from_str(line).map_err(bad)?),
        other => Err(format!("question: nobody asks {other:?} here")),
    }
}

/// File and line of a panic, the file from the name of its crate on.
fn panic_place(location: &std::panic::Location) -> String {
    let file = location.file().rsplit("registry/src/").next().unwrap_or_default();
    let crate_file = file.split_once('/').filter(|_| file != location.file());
    format!("{}:{}", crate_file.map_or(file, |(_, rest)| rest), location.line())
}

fn main() {
    let place: Arc<Mutex<String>> = Arc::default();
    let seen = place.clone();
    std::panic::set_hook(Box::new(move |info| {
        *seen.lock().unwrap() = info.location().map(panic_place).unwrap_or_default();
    }));
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let reply = match catch_unwind(AssertUnwindSafe(|| answer(&line))) {
            Ok(Ok(value)) => value,
            Ok(Err(message)) => json!({"error": message}),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let message = text
                    .or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string()))
                    .unwrap_or_default();
                json!({"panic": *place.lock().unwrap(), "message": message})
            }
        };
        if writeln!(out, "{reply}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
}
