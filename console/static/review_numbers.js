// Numbers of homework that may have been heard wrong: each is shown under its statement with the sound to check it by.
import { play } from "./player.js";
import { gettext, listed } from "./texts.js";

const WHY = {
  unsure: gettext("hard to hear"),
  differs: gettext("heard in two ways"),
  inconsistent: gettext("makes no sense here"),
};

export function doubtText({ number, doubts, alternative }) {
  const why = listed(doubts.map((doubt) => WHY[doubt]));
  if (alternative) return gettext("Check “%(number)s”: %(why)s, maybe “%(alternative)s”.", { number, why, alternative });
  return gettext("Check “%(number)s”: %(why)s.", { number, why });
}

// Shows the doubtful numbers of a statement on its card; those that were heard are marked.
export function showDoubts(card, { doubtful }, heard) {
  const list = card.querySelector(".doubts");
  list.hidden = doubtful.length === 0;
  list.replaceChildren(...doubtful.map((doubt, index) => line(doubt, index, heard)));
}

function line(doubt, index, heard) {
  const item = document.querySelector("[data-doubt-template]").content.cloneNode(true).firstElementChild;
  const button = item.querySelector("button");
  button.dataset.index = index;
  button.setAttribute("aria-label", gettext("Hear “%(number)s”", { number: doubt.number }));
  item.toggleAttribute("data-heard", heard.has(doubtKey(doubt)));
  item.querySelector("span").textContent = doubtText(doubt);
  return item;
}

export const doubtKey = ({ utterance_id: utterance, from_ms: from, number }) => `${utterance} ${from} ${number}`;

// Plays the words around the number.
export function hear(doubt, button) {
  play(doubt.utterance_id, { from: doubt.from_ms, until: doubt.to_ms, rest: [], by: button });
}
