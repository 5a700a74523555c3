/** What one chose for this browser; kept in localStorage, and nothing of it is about customers. */
class Preferences {
  theme = $state<"auto" | "light" | "dark">("auto");
  /** A tone when something new comes. */
  sound = $state(true);
  /** Single keys do things. */
  shortcuts = $state(true);

  constructor() {
    try {
      Object.assign(this, JSON.parse(localStorage.getItem("preferences") ?? "{}"));
    } catch {
      // Not ours: begin anew.
    }
    $effect.root(() => {
      $effect(() => {
        const { theme, sound, shortcuts } = this;
        localStorage.setItem("preferences", JSON.stringify({ theme, sound, shortcuts }));
        document.documentElement.dataset.theme = theme;
      });
    });
  }
}

export const preferences = new Preferences();
