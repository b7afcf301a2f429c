import "violet-live/tags";
