import "violet-live/tags";
import "./sales-dashboard.ts";
