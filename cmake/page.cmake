# Decides whether the program holds the page (web/), and installs what its build needs, once for every lock file.
#
# AUTO never fails: a machine without Node.js, npm or, the first time, the registry builds a program without the page.
# Sets FATHOM_PAGE to ON or OFF, and FATHOM_NODE.

# Sets `result` to why web/node_modules cannot be made, or to nothing where it is there and is that of the lock file.
function(fathom_install_page_modules npm result)
  set(folder ${PROJECT_SOURCE_DIR}/web)
  set(stamp ${folder}/node_modules/.fathom-lock)
  file(SHA256 ${folder}/package-lock.json lock)
  set(installed "")
  if(EXISTS ${stamp})
    file(READ ${stamp} installed)
  endif()
  set(${result} "" PARENT_SCOPE)
  if(installed STREQUAL lock)
    return()
  endif()
  message(STATUS "Installing the page's modules (npm ci in web/)")
  # Without a network npm would try for more than a minute.
  execute_process(COMMAND ${npm} ci --no-progress --prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000
    WORKING_DIRECTORY ${folder} RESULT_VARIABLE code
    OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 300)
  if(NOT code EQUAL 0)
    string(REGEX MATCH "npm (error|ERR!)[^\n]*" reason "${output}")
    set(${result} "needs its modules, and \"npm ci\" in web/ failed (${reason})" PARENT_SCOPE)
    return()
  endif()
  file(WRITE ${stamp} ${lock})
endfunction()

# Sets `result` to why the page cannot be built, or to nothing.
function(fathom_find_page_tools result)
  find_program(FATHOM_NODE NAMES node nodejs)
  find_program(FATHOM_NPM npm)
  mark_as_advanced(FATHOM_NODE FATHOM_NPM)
  if(NOT FATHOM_NODE OR NOT FATHOM_NPM)
    set(${result} "needs Node.js 18 or newer and npm (tools/install_packages page)" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${FATHOM_NODE} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE "^v" "" version "${version}")
  if(version VERSION_LESS 18)
    set(${result} "needs Node.js 18 or newer, and ${FATHOM_NODE} is ${version}" PARENT_SCOPE)
    return()
  endif()
  fathom_install_page_modules(${FATHOM_NPM} problem)
  set(${result} "${problem}" PARENT_SCOPE)
endfunction()

if(FATHOM_PAGE)
  fathom_find_page_tools(problem)
  if(problem AND FATHOM_PAGE STREQUAL "AUTO")
    message(STATUS "Building without the HTML page, which ${problem}")
    set(FATHOM_PAGE OFF)
  elseif(problem)
    message(FATAL_ERROR "FATHOM_PAGE is ON, and the HTML page ${problem}")
  else()
    set(FATHOM_PAGE ON)
  endif()
endif()
