// The texts of scripts in the language of the page: gettext over the catalogue that the page brings. English is the key.
const language = document.documentElement.lang;
const catalogue = JSON.parse(document.querySelector("[data-texts]")?.textContent ?? "{}");
const rules = new Intl.PluralRules(language);
const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];
// Of `Intl`: English with the day before the month, Arabic with the digits that the server writes.
export const locale = { en: "en-GB", ar: "ar-u-nu-latn" }[language] ?? language;

export const gettext = (text, values) => fill(catalogue[text] ?? text, values);

export function ngettext(one, many, count, values) {
  const forms = catalogue[one] ?? [one, many];
  const category = rules.select(count);
  const form = forms.length > 2 ? forms[CATEGORIES.indexOf(category)] : forms[category === "one" ? 0 : 1];
  return fill(form, { count, ...values });
}

export const listed = (names) => new Intl.ListFormat(locale).format(names.map(isolated));

const fill = (text, values = {}) => text.replace(/%\((\w+)\)s/g, (_, name) => isolated(values[name])).replaceAll("%%", "%");

// In a text that runs from right to left, a value from outside must not turn the text around it.
function isolated(value) {
  return document.dir === "rtl" && typeof value === "string" ? `\u2068${value}\u2069` : value;
}
