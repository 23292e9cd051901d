-- What wrk sends. From the environment: OPERATION, TOKEN, IDS (a file with one user id a line), and
-- FIRST, the number of the first request: numbers are never used twice, so that each PUT changes
-- the phone and each create makes a new name; USERS: how many there are.

local operation, token = os.getenv("OPERATION"), os.getenv("TOKEN")
local threads = 0
local ids = {}

local API = "/management/v1/"
local PATH = API .. "users/"
-- A prime, so that neighbouring requests ask for users that lie apart and each has its turn.
local STRIDE = 7919
local STEP = tonumber(os.getenv("THREADS"))

local function message(method, path, body)
  local head = method .. " " .. path .. " HTTP/1.1\r\nHost: localhost\r\n" ..
    "Authorization: Bearer " .. token .. "\r\n"
  if not body then return head .. "\r\n" end
  return head .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

-- How many users have metadata from the start.
local WITH_METADATA = 1000
local PAGE = 100

local function id() return ids[number * STRIDE % #ids + 1] end
local function known() return ids[number * STRIDE % math.min(WITH_METADATA, #ids) + 1] end

-- The number of a user that was loaded.
local function loaded() return number * STRIDE % #ids end

local function value() return string.format("%08d", number % 100000000) end

local function search(method, text)
  return message("POST", PATH .. "_search", '{"query":{"limit":' .. PAGE ..
    '},"queries":[{"userNameQuery":{"userName":"' .. text ..
    '","method":"TEXT_QUERY_METHOD_' .. method .. '"}}]}')
end

local function page(offset)
  return message("POST", PATH .. "_search", '{"query":{"offset":"' .. offset .. '","limit":' ..
    PAGE .. ',"asc":true},"sortingColumn":"USER_FIELD_NAME_USER_NAME"}')
end

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
  set = function()
    return message("POST", PATH .. id() .. "/metadata/set", '{"value":"' .. value() .. '"}')
  end,
  set_bulk = function()
    local entries = {}
    for entry = 1, 5 do
      entries[entry] = '{"key":"bulk-' .. entry .. '","value":"' .. value() .. '"}'
    end
    return message("POST", PATH .. id() .. "/metadata/_bulk",
      '{"metadata":[' .. table.concat(entries, ",") .. "]}")
  end,
  get = function() return message("GET", PATH .. known() .. "/metadata/key-1") end,
  list = function() return message("POST", PATH .. known() .. "/metadata/_search", "{}") end,
  login = function()
    return message("GET", API .. "global/users/_by_login_name?loginName=loaded-" .. loaded())
  end,
  unique = function()
    local name = "loaded-" .. loaded()
    return message("GET", PATH .. "_is_unique?userName=" .. name .. "&email=" .. name ..
      "@example.com")
  end,
  equals = function() return search("EQUALS", "loaded-" .. loaded()) end,
  -- About ten users.
  prefix = function() return search("STARTS_WITH", "loaded-" .. math.floor(loaded() / 10)) end,
  contains = function() return search("CONTAINS", "ed-" .. math.floor(loaded() / 10)) end,
  first = function() return page(0) end,
  last = function() return page(os.getenv("USERS") - PAGE) end,
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
  local p50, p99 = latency:percentile(50), latency:percentile(99)
  io.write(string.format('{"requests":%d,"seconds":%f,"failed":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration / 1e6, failed, p50, p99))
end
