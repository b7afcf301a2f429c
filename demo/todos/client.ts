import "violet-live/tags";
import "./todo-list.ts";
