/* Something small that opens beside a control and closes on Escape, on a click elsewhere, or when its control goes away. */

import { h } from "./dom.js";

const EDGE_PX = 8;
let current = null;

export function closePopover() {
  current?.close();
}

/** Opens `content` beside `anchor`; returns {close}. `onClose` runs once. */
export function openPopover(anchor, content, { onClose, wide = false, above = false, focusBack = true } = {}) {
  closePopover();
  const node = h("div", { class: `popover${wide ? " popover-wide" : ""}` }, content);
  const outside = (event) => !node.contains(event.target) && !anchor.contains(event.target) && handle.close();
  const keys = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    handle.close();
    if (focusBack) anchor.focus();
  };
  const place = () => position(node, anchor, above);
  // A list that comes later, or grows, must not end below the window's edge.
  const grown = new ResizeObserver(place);
  const handle = {
    node,
    close() {
      if (current !== handle) return;
      current = null;
      node.remove();
      grown.disconnect();
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("keydown", keys, true);
      window.removeEventListener("resize", handle.close);
      document.removeEventListener("scroll", scrolled, true);
      anchor.setAttribute("aria-expanded", "false");
      onClose?.();
    },
  };
  const scrolled = (event) => !node.contains(event.target) && (anchor.isConnected ? place() : handle.close());
  current = handle;
  anchor.setAttribute("aria-expanded", "true");
  document.getElementById("popovers").append(node);
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", keys, true);
  window.addEventListener("resize", handle.close);
  document.addEventListener("scroll", scrolled, true);
  place();
  grown.observe(node);
  return handle;
}

/** Below the anchor where there is room, else above it; never over the window's edge. */
function position(node, anchor, above) {
  const box = anchor.getBoundingClientRect();
  node.style.setProperty("min-width", `${Math.min(box.width, 420)}px`);
  const { width, height } = node.getBoundingClientRect();
  const roomBelow = innerHeight - box.bottom - EDGE_PX;
  const up = above || (roomBelow < height && box.top > roomBelow);
  const left = Math.max(EDGE_PX, Math.min(box.left, innerWidth - width - EDGE_PX));
  const top = up ? Math.max(EDGE_PX, box.top - height - 4) : Math.min(box.bottom + 4, innerHeight - height - EDGE_PX);
  node.style.setProperty("left", `${left}px`);
  node.style.setProperty("top", `${Math.max(EDGE_PX, top)}px`);
}
