// What the editor asks of the server. A refusal is a Refused with the problem as the API states it.

export class Refused extends Error {
  constructor(problem) {
    super(problem.title);
    this.problem = problem;
  }
}

const silent = {
  code: "unavailable",
  title: "Can't reach the server",
  detail: "Your edits are kept on this device.",
  next_step: "Try again in a moment.",
};

async function ask(path, body) {
  const options = { headers: { accept: "application/json" } };
  if (body) {
    options.method = "POST";
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  const answer = await fetch(path, options).catch(() => null);
  if (!answer) throw new Refused(silent);
  const told = await answer.json().catch(() => silent);
  if (!answer.ok) throw new Refused(told);
  return told;
}

export const server = (root) => ({
  save: (body) => ask(`${root}/save`, body),
  approve: (body) => ask(`${root}/approve`, body),
  state: () => ask(`${root}/state`),
  changes: async (from, to) => (await fetch(`${root}/changes?from=${from}&to=${to}`, { headers: { "hx-request": "true" } })).text(),
});
