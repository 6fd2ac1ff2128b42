"""The calendar: iCalendar files and feeds, and the days that come of them."""
