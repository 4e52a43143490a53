// A draft being edited: its statements, the undo history, and a copy on this device that survives a reload.

const empty = { question: null, answer: null, outcome: null };

export class Draft {
  constructor(loaded) {
    this.session = loaded.session;
    this.revision = loaded.revision;
    this.waits = loaded.waits;
    this.sections = loaded.sections; // names with their titles, in order
    this.history = [];
    this.counter = 0;
    this.statements = this.keyed(loaded.statements);
    this.saved = JSON.stringify(this.content);
  }

  get key() {
    return `homeroom:review:${this.session}`;
  }

  keyed(statements) {
    return statements.map((statement) => ({ ...empty, ...statement, citations: [...statement.citations], key: `s${this.counter++}` }));
  }

  // The statements as the server accepts them, without empty ones.
  get content() {
    return this.statements
      .filter((statement) => statement.text.trim())
      .map(({ section, text, citations, question, answer, outcome }) => ({
        section,
        text: text.trim(),
        citations: citations.map(({ utterance_id, quote }) => ({ utterance_id, quote })),
        question: question || null,
        answer: answer || null,
        outcome: outcome || null,
      }));
  }

  get changed() {
    return JSON.stringify(this.content) !== this.saved;
  }

  find(key) {
    return this.statements.find((statement) => statement.key === key);
  }

  store() {
    if (!this.waits) return;
    if (this.changed) {
      const copy = { revision: this.revision, statements: this.content, at: new Date().toISOString() };
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

  add(after, citations) {
    this.pushHistory();
    const before = this.find(after);
    const section = before?.section ?? "topics";
    const added = { ...empty, section, text: "", citations, key: `s${this.counter++}` };
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
