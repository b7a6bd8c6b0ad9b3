/* Keeps one WebSocket to the server: a state frame first, events after it, and back again when it breaks. */

import { applyEvent, loadState, setLink } from "./store.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 5_000;

let waitMs = FIRST_WAIT_MS;
let retry = null;

const address = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ui`;

export function connect() {
  clearTimeout(retry);
  const socket = new WebSocket(address());
  socket.addEventListener("message", (message) => receive(JSON.parse(message.data)));
  socket.addEventListener("close", () => {
    setLink("lost");
    retry = setTimeout(connect, waitMs);
    waitMs = Math.min(waitMs * 1.7, LONGEST_WAIT_MS);
  });
}

function receive(frame) {
  if (frame.type === "event") return applyEvent(frame);
  if (frame.type !== "state") return;
  waitMs = FIRST_WAIT_MS;
  loadState(frame);
  setLink("open");
}
