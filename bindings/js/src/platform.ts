// What "auto" means on this device.
import type {Platform} from "./load.js";

/** Of the browser that the page is in. */
export function platform(): Platform {
  return {device: "auto", dtype: isPhone() ? "int4" : "none"};
}

// Phones and tablets. An iPad says that it is a Macintosh, which has no touch screen.
function isPhone(): boolean {
  const {userAgent, maxTouchPoints} = navigator;
  return /Android|iPhone|iPad|Mobile/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}
