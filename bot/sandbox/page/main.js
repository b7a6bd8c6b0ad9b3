/* Puts the page together: parts first, then the connection that fills them. */

import { mountControls } from "./controls.js";
import { mountHint } from "./hint.js";
import { openHome } from "./home.js";
import { mountInspector } from "./inspector.js";
import { mountMessages } from "./messages.js";
import { mountModals } from "./modal.js";
import { APP_HOME, applyTheme, followHash, session, settle } from "./session.js";
import { catchClicks, followAddress } from "./permalinks.js";
import { mountSidebar } from "./sidebar.js";
import { connect } from "./socket.js";
import { on } from "./store.js";
import { mountThread } from "./thread.js";
import { mountTopbar } from "./topbar.js";

applyTheme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);

// Before the parts listen: they draw the place that is settled here.
on("state", () => {
  settle();
  followAddress();
  if (session.place === APP_HOME) openHome();
});
on("user", () => session.place === APP_HOME && openHome());
const toggleSidebar = mountSidebar();
mountTopbar(toggleSidebar);
mountMessages(toggleSidebar);
mountThread();
mountModals();
mountInspector();
mountControls();
mountHint();
window.addEventListener("hashchange", followHash);
catchClicks();
connect();
