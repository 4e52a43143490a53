// The sentence of a comprehension check. It is stored in English, from which mails and pages say it in the language of
// each reader, and shown here in that of the page. A sentence that a person wrote is stored as it is shown.
const STORED = { answered: "Asked “{question}”, the answer was “{answer}”", unanswered: "Asked “{question}”, nobody answered" };

export class CheckSentences {
  constructor(templates) {
    this.templates = templates; // as STORED, in the language of the page
  }

  // The text in which a stored statement is shown.
  shown(statement) {
    return isStored(statement) ? this.sentence(statement) : statement.text;
  }

  // The text with which a shown statement is stored; `before` is the one that it was loaded with.
  stored(statement, before) {
    const text = statement.text.trim();
    if (!statement.question || text !== this.sentence(statement).trim()) return text;
    return before && isStored({ ...statement, text: before }) ? before : filled(STORED, statement);
  }

  sentence(statement) {
    return filled(this.templates, statement);
  }
}

function isStored(statement) {
  if (!statement.question) return false;
  const sentence = filled(STORED, statement);
  return [sentence, sentence.replace("Asked", "Asked to answer")].includes(statement.text);
}

const filled = (templates, { question, answer }) =>
  (answer ? templates.answered : templates.unanswered).replace(/\{(question|answer)\}/g, (_, name) => (name === "question" ? question : answer));
