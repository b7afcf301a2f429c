import "violet-live/tags";
import "./settings-panel.ts";
