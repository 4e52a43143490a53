// The draft as it is being edited: statements, what to undo, and a copy on this machine that survives a reload.

const empty = { question: null, answer: null, outcome: null };

export class Draft {
  constructor(loaded) {
    this.session = loaded.session;
    this.revision = loaded.revision;
    this.waits = loaded.waits;
    this.sections = loaded.sections; // names with their titles, in order
    this.past = [];
    this.counter = 0;
    this.statements = this.keyed(loaded.statements);
    this.saved = JSON.stringify(this.content);
  }

  get key() {
    return `homeroom:review:${this.session}`;
  }

  keyed(statements) {
    return statements.map((one) => ({ ...empty, ...one, citations: [...one.citations], key: `s${this.counter++}` }));
  }

  // As the server takes them: statements without words are none.
  get content() {
    return this.statements
      .filter((one) => one.text.trim())
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
    return this.statements.find((one) => one.key === key);
  }

  keep() {
    if (!this.waits) return;
    if (this.changed) {
      const copy = { revision: this.revision, statements: this.content, at: new Date().toISOString() };
      localStorage.setItem(this.key, JSON.stringify(copy));
    } else localStorage.removeItem(this.key);
  }

  forget() {
    localStorage.removeItem(this.key);
  }

  // Brings back what was typed before; says when that was, and on which revision.
  restore() {
    const stored = JSON.parse(localStorage.getItem(this.key) ?? "null");
    if (!stored || !this.waits) return null;
    if (JSON.stringify(stored.statements) === this.saved) {
      this.forget();
      return null;
    }
    this.statements = this.keyed(stored.statements);
    return stored;
  }

  took(revision, content) {
    this.revision = revision;
    this.saved = JSON.stringify(content);
    this.keep();
  }

  remember() {
    this.past.push(this.statements.map((one) => ({ ...one, citations: [...one.citations] })));
    if (this.past.length > 50) this.past.shift();
  }

  undo() {
    const before = this.past.pop();
    if (before) this.statements = before;
    this.keep();
    return Boolean(before);
  }

  edit(key, part, value) {
    this.find(key)[part] = value;
    this.keep();
  }

  add(after, citations) {
    this.remember();
    const before = this.find(after);
    const section = before?.section ?? "topics";
    const made = { ...empty, section, text: "", citations, key: `s${this.counter++}` };
    this.statements.splice(before ? this.statements.indexOf(before) + 1 : this.statements.length, 0, made);
    this.keep();
    return made.key;
  }

  remove(key) {
    this.remember();
    this.statements = this.statements.filter((one) => one.key !== key);
    this.keep();
  }

  cite(key, citations) {
    this.remember();
    const { citations: own } = this.find(key);
    const known = new Set(own.map((one) => one.utterance_id + one.quote));
    own.push(...citations.filter((one) => !known.has(one.utterance_id + one.quote)));
    this.keep();
  }

  uncite(key, index) {
    this.remember();
    this.find(key).citations.splice(index, 1);
    this.keep();
  }

  move(key, step) {
    const own = this.find(key);
    const among = this.statements.filter((one) => one.section === own.section);
    const other = among[among.indexOf(own) + step];
    if (!other) return false;
    this.remember();
    const [a, b] = [this.statements.indexOf(own), this.statements.indexOf(other)];
    [this.statements[a], this.statements[b]] = [other, own];
    this.keep();
    return true;
  }

  putIn(key, section) {
    this.remember();
    this.find(key).section = section;
    this.keep();
  }
}
