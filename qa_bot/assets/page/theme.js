// Before anything is drawn: the colours that the reader chose, or else those of the system.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try { return localStorage.getItem("qa-theme"); } catch { return null; }
  };
  const apply = () => {
    const theme = chosen() || (system.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    document.body?.classList.toggle("dark", theme === "dark"); // what Gradio draws itself: the log-in
  };
  window.qaTheme = {
    now: () => document.documentElement.dataset.theme,
    choose(theme) {
      try { localStorage.setItem("qa-theme", theme); } catch { /* for this page alone, then */ }
      document.documentElement.dataset.theme = theme;
      document.body.classList.toggle("dark", theme === "dark");
    },
  };
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  apply();
})();
