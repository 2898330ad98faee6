// The console works without this. With it: drafts outlive a closed tab, a changed property shows its button, j and k
// walk through a queue, x picks a ticket, r begins a reply, the menu of small screens starts folded.

const keyOf = (form) => `draft:${form.dataset.draft}`;

for (const form of document.querySelectorAll("form[data-draft]")) {
  const text = form.querySelector("textarea");
  if (document.querySelector("[data-done=replied]")) sessionStorage.removeItem(keyOf(form));
  if (!text.value) text.value = sessionStorage.getItem(keyOf(form)) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(keyOf(form), text.value));
}

for (const form of document.querySelectorAll("form[data-property]")) {
  const [select, button] = [form.querySelector("select"), form.querySelector("button")];
  const was = select.value;
  const show = () => { button.hidden = select.value === was; };
  select.addEventListener("change", show);
  show();
}

for (const menu of document.querySelectorAll("details[data-menu]")) {
  const small = matchMedia("(max-width: 48rem)");
  const fold = () => { menu.open = !small.matches; };
  small.addEventListener("change", fold);
  fold();
}

for (const form of document.querySelectorAll("form[data-bulk]")) {
  const all = form.querySelector("[data-all]");
  const picks = [...document.querySelectorAll(".row-pick")];
  const tags = form.elements.tags;
  const show = () => {
    const picked = picks.filter((pick) => pick.checked).length;
    form.hidden = picked === 0;
    all.checked = picked === picks.length;
    tags.hidden = form.elements.act.value !== "add_tags:";
  };
  all.parentElement.hidden = false;
  all.addEventListener("change", () => { for (const pick of picks) pick.checked = all.checked; show(); });
  for (const pick of picks) pick.addEventListener("change", show);
  form.elements.act.addEventListener("change", show);
  show();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const rows = [...document.querySelectorAll("[data-rows] .row-subject")];
  const at = rows.indexOf(document.activeElement);
  if (event.key === "j") rows[Math.min(at + 1, rows.length - 1)]?.focus();
  if (event.key === "k") rows[Math.max(at - 1, 0)]?.focus();
  if (event.key === "x") rows[at]?.closest(".ticket-row").querySelector(".row-pick")?.click();
  if (event.key === "r" && document.getElementById("text")) {
    event.preventDefault();
    document.getElementById("text").focus();
  }
});
