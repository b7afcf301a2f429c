import "violet-live/tags";
import "./visitor-badge.ts";
import "./visitor-counter.ts";
