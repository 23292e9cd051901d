-- What wrk sends. From the environment: OPERATION, TOKEN, IDS (a file with one user id a line), and
-- FIRST, the number of the first request: numbers are never used twice, so that each PUT changes
-- the phone and each create makes a new name.

local operation, token = os.getenv("OPERATION"), os.getenv("TOKEN")
local threads = 0
local ids = {}

local PATH = "/management/v1/users/"
-- A prime, so that neighbouring requests ask for users that lie apart and each has its turn.
local STRIDE = 7919
local STEP = tonumber(os.getenv("THREADS"))

local function message(method, path, body)
  local head = method .. " " .. path .. " HTTP/1.1\r\nHost: localhost\r\n" ..
    "Authorization: Bearer " .. token .. "\r\n"
  if not body then return head .. "\r\n" end
  return head .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

local function id() return ids[number * STRIDE % #ids + 1] end

local OPERATIONS = {
  user = function() return message("GET", PATH .. id()) end,
  phone = function() return message("GET", PATH .. id() .. "/phone") end,
  change = function()
    local phone = string.format("+417%08d", number % 100000000)
    return message("PUT", PATH .. id() .. "/phone",
      '{"phone":"' .. phone .. '","isPhoneVerified":true}')
  end,
  create = function()
    local name = "created-" .. number
    return message("POST", PATH .. "human/_import", '{"userName":"' .. name ..
      '","profile":{"firstName":"Gigi","lastName":"Giraffe"},' ..
      '"email":{"email":"' .. name .. '@example.com","isEmailVerified":true},' ..
      '"phone":{"phone":"+41791234567","isPhoneVerified":true}}')
  end,
}

-- Each thread counts in steps of STEP from its own start.
function setup(thread)
  thread:set("number", tonumber(os.getenv("FIRST")) + threads)
  threads = threads + 1
end

function init()
  for line in io.lines(os.getenv("IDS")) do ids[#ids + 1] = line end
end

function request()
  number = number + STEP
  return OPERATIONS[operation]()
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"requests":%d,"seconds":%f,"failed":%d,"p99":%d}\n',
    summary.requests, summary.duration / 1e6, failed, latency:percentile(99)))
end
