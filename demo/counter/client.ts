import "violet-live/tags";
import "./counter-card.ts";
