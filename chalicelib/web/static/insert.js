// Replies work without this. With it a solution, a canned reply or a macro comes into the text at once, and a slash in
// the text opens a list of them that typing narrows.

const folded = (text) => text.normalize("NFKC").toLowerCase();

async function insert(select) {
  const text = document.getElementById(select.dataset.insertInto);
  const button = select.nextElementSibling;
  if (!select.value) return;
  const { from, part = "" } = select.dataset;
  const answer = await fetch(`${from}${select.value}${part}`, { headers: { Accept: "text/html, text/plain" } }).catch(() => undefined);
  if (!answer?.ok) {
    button.hidden = false; // the slow way says what is wrong
    button.focus();
    return;
  }
  const words = answer.headers.get("Content-Type").startsWith("text/html") ? prepared(await answer.text()) : await answer.text();
  select.value = "";
  put(text, words.trim());
}

// A macro without changes leaves those of an earlier one in place.
function prepared(html) {
  const piece = new DOMParser().parseFromString(html, "text/html").body;
  const place = document.querySelector("[data-prepared]");
  const words = piece.querySelector("[data-words]");
  const isKept = place.querySelector("[data-changes]") && !piece.querySelector("[data-changes]");
  words.remove();
  if (!isKept) place.replaceChildren(...piece.childNodes);
  return words.value;
}

function put(text, words) {
  if (words) {
    const before = text.value.slice(0, text.selectionStart).trimEnd();
    text.setRangeText(before ? `\n\n${words}` : words, before.length, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.focus();
}

class Picker {
  constructor(text) {
    this.text = text;
    this.box = document.createElement("div");
    this.box.className = "picker";
    this.box.hidden = true;
    this.query = document.createElement("input");
    this.list = document.createElement("ul");
    this.list.id = `${text.id}-choices`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", text.dataset.picker);
    const roles = { role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": this.list.id };
    const names = { type: "text", autocomplete: "off", "aria-label": text.dataset.picker, placeholder: text.dataset.picker };
    for (const [name, value] of Object.entries({ ...roles, ...names })) this.query.setAttribute(name, value);
    this.box.append(this.query, this.list);
    text.before(this.box);
    text.addEventListener("beforeinput", (event) => this.maybeOpen(event));
    this.query.addEventListener("input", () => this.show());
    this.query.addEventListener("keydown", (event) => this.steer(event));
    this.query.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the query
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
  }

  // Only where a word begins: addresses and dates have slashes, too.
  maybeOpen(event) {
    const before = this.text.value.slice(0, this.text.selectionStart);
    if (event.inputType !== "insertText" || event.data !== "/" || /\S$/.test(before)) return;
    event.preventDefault();
    this.box.hidden = false;
    this.query.value = "";
    this.show();
    this.query.focus();
  }

  show() {
    const words = folded(this.query.value).split(/\s+/);
    const options = [...document.querySelectorAll(`select[data-insert-into="${this.text.id}"] option:not([value=""])`)];
    const found = options.filter((option) => words.every((word) => folded(option.textContent).includes(word)));
    this.list.replaceChildren(...found.map((option, place) => this.choice(option, place)));
    if (found.length) return this.mark(this.list.firstElementChild);
    this.list.append(this.text.dataset.noMatch);
    this.mark(undefined);
  }

  choice(option, place) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${place}`;
    item.setAttribute("role", "option");
    item.textContent = option.textContent;
    item.source = option;
    return item;
  }

  mark(item) {
    this.list.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    this.query.setAttribute("aria-activedescendant", item?.id ?? "");
  }

  steer(event) {
    if (event.isComposing) return;
    const marked = this.list.querySelector("[aria-selected=true]");
    const acts = {
      ArrowDown: () => this.mark(marked?.nextElementSibling ?? this.list.firstElementChild),
      ArrowUp: () => this.mark(marked?.previousElementSibling ?? this.list.lastElementChild),
      Enter: () => this.take(marked),
      Escape: () => this.leave(),
    };
    if (event.key === "Backspace" && !this.query.value) acts.Backspace = () => this.leave("");
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  take(item) {
    if (!item) return;
    const select = item.source.parentElement;
    this.close();
    select.value = item.source.value;
    insert(select);
  }

  // What was typed was meant for the text after all.
  leave(words = `/${this.query.value}`) {
    this.close();
    this.text.focus();
    this.text.setRangeText(words, this.text.selectionStart, this.text.selectionEnd, "end");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  close() {
    this.box.hidden = true;
  }
}

for (const select of document.querySelectorAll("select[data-insert-into]")) {
  select.nextElementSibling.hidden = true;
  select.addEventListener("change", () => insert(select));
}
for (const text of document.querySelectorAll("textarea[data-picker]")) new Picker(text);
