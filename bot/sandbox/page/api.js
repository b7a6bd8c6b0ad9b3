/* The sandbox's control API. A refused call becomes a toast with the server's own words; the caller gets null. */

import { toast } from "./toasts.js";

export async function call(name, body, { method = "POST", quiet = false } = {}) {
  try {
    const response = await fetch(`/sandbox/api/${name}`, {
      method,
      headers: method === "POST" ? { "Content-Type": "application/json" } : {},
      body: method === "POST" ? JSON.stringify(body ?? {}) : undefined,
    });
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer ?? {};
    if (!quiet) toast(problemText(answer, response.status, name));
  } catch {
    if (!quiet) toast("The sandbox server did not answer. It may be restarting; try again in a moment.");
  }
  return null;
}

function problemText(answer, status, name) {
  const problem = answer?.error ?? answer?.message;
  if (typeof problem === "string") return problem;
  if (problem?.message) return [problem.message, problem.hint].filter(Boolean).join(" ");
  return `The sandbox refused “${name}” (HTTP ${status}).`;
}
