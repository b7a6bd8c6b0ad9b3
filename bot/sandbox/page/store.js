/* What the workspace is, as the server told it, and the one place that changes it. Nothing here knows the page. */

const TRAFFIC_KEPT = 500;
const listeners = new Map();

export const store = {
  users: new Map(),
  groups: new Map(),
  channels: new Map(),
  ephemerals: [],
  notices: [],
  stacks: new Map(), // user id → open views, the top one last
  homes: new Map(),
  commands: [],
  shortcuts: [],
  team: { name: "Workspace" },
  botUserId: "",
  clockSkewMs: 0,
  offsetSeconds: 0,
  traffic: [],
  connections: null,
  link: "connecting",
  loaded: false,
};

/** Topics: state, messages, ephemerals, views, homes, channels, traffic, clock, link, notices. */
export function on(topics, listener) {
  for (const topic of topics.split(" ")) listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

export function emit(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export function setLink(link) {
  store.link = link;
  emit("link");
}

export function loadState(frame) {
  const { state } = frame;
  store.users = new Map(state.users.map((user) => [user.id, user]));
  store.groups = new Map((state.groups ?? []).map((group) => [group.id, group]));
  store.channels = new Map(state.channels.map((channel) => [channel.id, withSortedMessages(channel)]));
  store.ephemerals = (state.ephemeral ?? []).map(flatEphemeral);
  store.stacks = stacksOf(state.views ?? []);
  store.homes = homesOf(state.homes ?? []);
  store.commands = frame.commands ?? [];
  store.shortcuts = frame.shortcuts ?? [];
  store.team = frame.team ?? store.team;
  store.botUserId = frame.bot_user_id ?? "";
  store.traffic = (frame.traffic ?? []).slice(-TRAFFIC_KEPT);
  if (frame.connections !== undefined) store.connections = frame.connections;
  setClock(frame.clock);
  store.loaded = true;
  emit("state");
}

function withSortedMessages(channel) {
  const messages = [...(channel.messages ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  return { ...channel, messages };
}

const flatEphemeral = ({ channel, user, message, ...rest }) => ({ ...rest, ...message, channel, user });

/* Views and homes come as a list of records or as an object by user; both are understood. */
const homesOf = (homes) => new Map(Array.isArray(homes) ? homes.map(({ user, view }) => [user, view]) : Object.entries(homes));

function stacksOf(views) {
  if (!Array.isArray(views)) return new Map(Object.entries(views));
  const stacks = new Map();
  for (const { user, view } of views) stacks.set(user, [...(stacks.get(user) ?? []), view]);
  return stacks;
}

function setClock(clock) {
  if (!clock) return;
  store.clockSkewMs = new Date(clock.now).getTime() - Date.now();
  store.offsetSeconds = clock.offset_seconds ?? 0;
}

function upsertMessage({ channel: channelId, message }) {
  const channel = store.channels.get(channelId);
  if (!channel) return;
  const { messages } = channel;
  const known = messages.findLastIndex((old) => old.ts === message.ts);
  const before = known < 0 ? null : messages[known];
  if (before) messages[known] = message;
  else messages.splice(messages.findLastIndex((old) => old.ts < message.ts) + 1, 0, message);
  emit("messages", { channelId, message, isNew: !before });
}

function deleteMessage({ channel: channelId, ts }) {
  const channel = store.channels.get(channelId);
  if (!channel) return;
  channel.messages = channel.messages.filter((message) => message.ts !== ts);
  emit("messages", { channelId, ts });
}

function addEphemeral({ channel, user, message }) {
  const others = store.ephemerals.filter((old) => old.ts !== message.ts);
  store.ephemerals = [...others, flatEphemeral({ channel, user, message })];
  emit("ephemerals", { channelId: channel });
}

function dropEphemeral({ channel, ts }) {
  store.ephemerals = store.ephemerals.filter((old) => old.channel !== channel || old.ts !== ts);
  emit("ephemerals", { channelId: channel });
}

/** `stack` names the open views by id, the top one last; `view` is the one that changed. */
function changeView({ user, view, stack }) {
  const known = new Map((store.stacks.get(user) ?? []).map((old) => [old.id, old]));
  if (view) known.set(view.id, view);
  const whole = stack.map((item) => (typeof item === "object" ? item : known.get(item))).filter(Boolean);
  store.stacks.set(user, whole);
  emit("views", { user });
}

function changeChannel({ channel }) {
  const messages = channel.messages ?? store.channels.get(channel.id)?.messages ?? [];
  store.channels.set(channel.id, withSortedMessages({ ...store.channels.get(channel.id), ...channel, messages }));
  emit("channels");
}

/** A line only one person sees: what Slack itself says when a command or a press failed. */
export function addNotice({ user, channel, text, thread_ts }) {
  const ts = (Date.now() / 1000 + store.clockSkewMs / 1000).toFixed(6);
  store.notices.push({ user, channel, text, thread_ts, ts, isNotice: true });
  emit("notices", { channelId: channel });
}

/** A new entry of the journal, or the changed one of the same seq (an envelope that was acknowledged). */
function addCall({ call }) {
  const known = store.traffic.findLastIndex((old) => old.seq === call.seq);
  if (known >= 0) store.traffic[known] = call;
  else store.traffic.push(call);
  if (store.traffic.length > TRAFFIC_KEPT) store.traffic.shift();
  emit("traffic");
}

const REDUCERS = {
  message: upsertMessage,
  message_deleted: deleteMessage,
  ephemeral: addEphemeral,
  ephemeral_deleted: dropEphemeral,
  view: changeView,
  home: ({ user, view }) => (store.homes.set(user, view), emit("homes", { user })),
  channel: changeChannel,
  // Of a failed press the pressed control itself tells; here only commands, which leave no trace else.
  notice: (event) => event.text.startsWith("/") && addNotice(event),
  call: addCall,
  clock: (event) => (setClock(event), emit("clock")),
  connections: ({ count }) => ((store.connections = count), emit("link")),
};

export function applyEvent(event) {
  REDUCERS[event.event]?.(event);
}
