// A draft being edited: its statements, the undo history, and a copy on this device that survives a reload.
import { CheckSentences } from "./review_checks.js";

const empty = { question: null, answer: null, outcome: null, audience: null };

export class Draft {
  constructor(loaded) {
    this.session = loaded.session;
    this.revision = loaded.revision;
    this.waits = loaded.waits;
    this.sections = loaded.sections; // names with their titles, in order
    this.students = loaded.students; // of the class, with id and name
    this.checks = new CheckSentences(loaded.check_sentences);
    this.heard = new Set(); // keys of doubtful numbers whose sound was played or that were confirmed
    this.history = [];
    this.counter = 0;
    this.statements = this.keyed(loaded.statements);
    this.saved = JSON.stringify(this.content);
    this.setWarnings(loaded.warnings);
    this.setDoubtful(loaded.doubtful);
  }

  get key() {
    return `homeroom:review:${this.session}`;
  }

  keyed(statements) {
    return statements.map((statement) => ({ ...empty, ...statement, text: this.checks.shown(statement), loaded: statement.text, outside: [], doubtful: [], citations: [...statement.citations], key: `s${this.counter++}` }));
  }

  // The statements that are saved: those with a text and a section.
  get whole() {
    return this.statements.filter((statement) => statement.text.trim() && statement.section);
  }

  // A statement with a text that has no section yet.
  get unfinished() {
    return this.statements.find((statement) => statement.text.trim() && !statement.section);
  }

  // The statements as the server accepts them. It decides the audiences that nobody chose.
  get content() {
    return this.serialised(this.whole);
  }

  serialised(statements) {
    return statements.map((statement) => {
      const { section, citations, question, answer, outcome, audience } = statement;
      return {
        section,
        text: this.checks.stored(statement, statement.loaded),
        citations: citations.map(({ utterance_id, quote }) => ({ utterance_id, quote })),
        question: question || null,
        answer: answer || null,
        outcome: outcome || null,
        audience: audience?.by_hand ? { kind: audience.kind, students: [...audience.students].sort() } : null,
      };
    });
  }

  // What is kept on this device: also new statements without a section.
  get edited() {
    return this.serialised(this.statements.filter((statement) => statement.text.trim()));
  }

  get changed() {
    return JSON.stringify(this.edited) !== this.saved;
  }

  find(key) {
    return this.statements.find((statement) => statement.key === key);
  }

  store() {
    if (!this.waits) return;
    if (this.changed) {
      const copy = { revision: this.revision, statements: this.edited, at: new Date().toISOString() };
      localStorage.setItem(this.key, JSON.stringify(copy));
    } else localStorage.removeItem(this.key);
  }

  discardCopy() {
    localStorage.removeItem(this.key);
  }

  // Restores unsaved edits; returns the stored copy with its time and revision, or null.
  restore() {
    const stored = JSON.parse(localStorage.getItem(this.key) ?? "null");
    if (!stored || !this.waits) return null;
    if (JSON.stringify(stored.statements) === this.saved) {
      this.discardCopy();
      return null;
    }
    this.statements = this.keyed(stored.statements);
    return stored;
  }

  markSaved(revision, content) {
    this.revision = revision;
    this.saved = JSON.stringify(content);
    this.store();
  }

  pushHistory() {
    this.history.push(this.statements.map((statement) => ({ ...statement, citations: [...statement.citations] })));
    if (this.history.length > 50) this.history.shift();
  }

  undo() {
    const before = this.history.pop();
    if (before) this.statements = before;
    this.store();
    return Boolean(before);
  }

  edit(key, part, value) {
    this.find(key)[part] = value;
    this.store();
  }

  // Question or answer of a check: the sentence that is mailed follows.
  editCheck(key, part, value) {
    const statement = this.find(key);
    if (statement.text !== this.checks.sentence(statement)) this.pushHistory();
    statement[part] = value;
    if (statement.question) statement.text = this.checks.sentence(statement);
    this.store();
  }

  setAudience(key, kind, students = []) {
    this.pushHistory();
    this.find(key).audience = { kind, students, by_hand: true };
    this.store();
  }

  // The audiences that the server decided, and its warnings.
  apply({ audiences, warnings, doubtful }) {
    this.whole.forEach((statement, index) => {
      if (!statement.audience?.by_hand) statement.audience = audiences[index];
    });
    this.setWarnings(warnings);
    this.setDoubtful(doubtful);
  }

  setDoubtful(doubtful) {
    const whole = this.whole;
    for (const statement of this.statements) statement.doubtful = [];
    for (const doubt of doubtful) whole[doubt.position - 1]?.doubtful.push(doubt);
  }

  setWarnings(warnings) {
    const whole = this.whole;
    for (const statement of this.statements) statement.outside = [];
    for (const { position, students } of warnings) if (whole[position - 1]) whole[position - 1].outside = students;
  }

  // A new statement; `near` is the section after which it stands until its own is chosen.
  add(after, citations) {
    this.pushHistory();
    const before = this.find(after);
    const near = before?.section ?? before?.near ?? null;
    const added = { ...empty, section: null, near, text: "", citations, outside: [], doubtful: [], key: `s${this.counter++}` };
    this.statements.splice(before ? this.statements.indexOf(before) + 1 : this.statements.length, 0, added);
    this.store();
    return added.key;
  }

  remove(key) {
    this.pushHistory();
    this.statements = this.statements.filter((statement) => statement.key !== key);
    this.store();
  }

  cite(key, citations) {
    this.pushHistory();
    const { citations: own } = this.find(key);
    const present = new Set(own.map((citation) => citation.utterance_id + citation.quote));
    own.push(...citations.filter((citation) => !present.has(citation.utterance_id + citation.quote)));
    this.store();
  }

  uncite(key, index) {
    this.pushHistory();
    this.find(key).citations.splice(index, 1);
    this.store();
  }

  move(key, step) {
    const own = this.find(key);
    const siblings = this.statements.filter((statement) => statement.section === own.section);
    const other = siblings[siblings.indexOf(own) + step];
    if (!other) return false;
    this.pushHistory();
    const [a, b] = [this.statements.indexOf(own), this.statements.indexOf(other)];
    [this.statements[a], this.statements[b]] = [other, own];
    this.store();
    return true;
  }

  setSection(key, section) {
    this.pushHistory();
    this.find(key).section = section;
    this.store();
  }
}
