// What is in use and how to change it; the language; the keys.

import { call, dialog, h, language, languages, t } from "./kit.js";

export async function showSettings(app) {
  const { state } = app;
  const { settings = [], error } = await call("settings");
  const choose = h("select", {
    onchange: () => {
      try { localStorage.setItem("qa-language", choose.value); } catch { /* then for this page alone */ }
      location.reload();
    },
  }, languages.map((tag) => h("option", { value: tag, selected: tag === language, lang: tag }, new Intl.DisplayNames([tag], { type: "language" }).of(tag))));
  dialog(t("settings"),
    h("dl.facts", {},
      h("dt", {}, t("answers_are")), h("dd", {}, state.model ? t("written_by", { model: state.model }) : t("extractive")),
      h("dt", {}, t("embedder")), h("dd", {}, state.embedder),
      h("dt", {}, t("conversations")), h("dd", {}, t(state.kept ? "kept_on_disk" : "kept_in_memory")),
      state.user && [h("dt", {}, t("user")), h("dd", {}, state.user, " ", h("a", { href: new URL("../logout", import.meta.url) }, t("sign_out")))]),
    h("label.field", {}, h("span", {}, t("language")), choose),
    h("h3", {}, t("all_settings")),
    h("p.small", {}, t("change_settings"), " ", h("code", {}, "candidates = 100"), " ", t("or_environment"), " ", h("code", {}, "QA_BOT_CANDIDATES=100"), ". ", t("then_restart")),
    error ? h("p", {}, error.message) : h("div.scroll", { tabindex: "0", role: "group", "aria-label": t("all_settings") }, h("table.settings", {},
      h("thead", {}, h("tr", {}, ["setting", "value", "origin", "meaning"].map((name) => h("th", { scope: "col" }, t(name))))),
      h("tbody", {}, settings.map((each) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, each.name)),
        h("td", {}, JSON.stringify(each.value)), h("td", {}, each.origin), h("td", { lang: "en" }, each.meaning.replaceAll("`", ""))))))),
    h("h3", {}, t("keys")),
    h("dl.facts.keys", {}, [["/", "key_ask"], ["Enter", "key_send"], ["Shift+Enter", "key_line"], ["←  →", "key_step"], ["Esc", "key_close"]]
      .map(([key, name]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(name))])));
}
