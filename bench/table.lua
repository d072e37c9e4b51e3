-- Browsing hops as a vendor brings them whose wire is a table, in a query: another session and another place in the menus each time.
local texts = { "", "1", "1*0", "2", "4", "4*1", "4*4", "7", "4*1*2", "6*4", "6*1", "4*0*3" }
local n = 0

request = function()
  n = n + 1
  local text = texts[n % #texts + 1]:gsub("*", "%%2A")
  local number = string.format("2237000%04d", 1000 + n % 9000)
  return wrk.format("GET", wrk.path .. "?SESSION_ID=s" .. n .. "&DEST=123&ORIG=" .. number .. "&USSD_PARAMS=" .. text)
end

done = function(summary, _, _)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("RESULT %.1f %d\n", summary.requests / (summary.duration / 1e6), errors))
end
