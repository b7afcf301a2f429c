import "violet-live/tags";
import "./progress-card.ts";
