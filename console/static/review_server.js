// Requests of the review editor. A refused one throws Refused with the problem that the server returned.

import { gettext } from "./texts.js";

export class Refused extends Error {
  constructor(problem) {
    super(problem.title);
    this.problem = problem;
  }
}

const UNREACHABLE = {
  code: "unavailable",
  title: gettext("Can't reach the server"),
  detail: gettext("Your edits are kept on this device."),
  next_step: gettext("Try again in a moment."),
};

async function request(path, body) {
  const options = { headers: { accept: "application/json" } };
  if (body) {
    options.method = "POST";
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  const response = await fetch(path, options).catch(() => null);
  if (!response) throw new Refused(UNREACHABLE);
  const content = await response.json().catch(() => UNREACHABLE);
  if (!response.ok) throw new Refused(content);
  return content;
}

export const server = (root) => ({
  save: (body) => request(`${root}/save`, body),
  approve: (body) => request(`${root}/approve`, body),
  preview: (statements) => request(`${root}/preview`, { statements }),
  state: () => request(`${root}/state`),
  changes: async (from, to) => (await fetch(`${root}/changes?from=${from}&to=${to}`, { headers: { "hx-request": "true" } })).text(),
});
