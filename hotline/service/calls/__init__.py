"""What becomes of a callback: who can call, who is told, who takes it, how the two are connected, and how it ends. No part of it knows a page."""
